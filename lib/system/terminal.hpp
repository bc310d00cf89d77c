// What the process was started with: a terminal or not, and its environment.
#pragma once

#include <optional>
#include <string>

namespace recycled::system {

// Whether that file descriptor (1 is stdout) is a terminal.
bool is_terminal(int descriptor);

// Whether that file descriptor is the stream to the journal that systemd has opened for this
// process, by $JOURNAL_STREAM: what was redirected elsewhere since then is not.
bool is_journal(int descriptor);

// A variable of the environment; nothing if it is not set or empty.
std::optional<std::string> environment(const std::string& name);

}  // namespace recycled::system
