#include "system/terminal.hpp"

#include <cstdlib>

#include <unistd.h>

namespace recycled::system {

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

}  // namespace recycled::system
