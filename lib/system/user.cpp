#include "system/user.hpp"

#include <pwd.h>
#include <unistd.h>

#include "system/terminal.hpp"

namespace recycled::system {

std::string user_name() {
  const uid_t id = getuid();
  const passwd* entry = getpwuid(id);
  const std::string name = entry == nullptr ? "uid " + std::to_string(id) : entry->pw_name;
  const auto before = environment("SUDO_USER");
  return before && *before != name ? *before + " as " + name : name;
}

}  // namespace recycled::system
