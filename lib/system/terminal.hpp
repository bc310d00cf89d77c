// What the process was started with: a terminal or not, and its environment.
#pragma once

#include <optional>
#include <string>

namespace recycled::system {

// Whether that file descriptor (1 is stdout) is a terminal.
bool is_terminal(int descriptor);

// A variable of the environment; nothing if it is not set or empty.
std::optional<std::string> environment(const std::string& name);

}  // namespace recycled::system
