#include "system/terminal.hpp"

#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

namespace recycled::system {

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

bool is_journal(int descriptor) {
  const auto stream = environment("JOURNAL_STREAM");  // "device:inode"
  if (!stream) return false;
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return false;
  return *stream == std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

}  // namespace recycled::system
