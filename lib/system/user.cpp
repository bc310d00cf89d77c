#include "system/user.hpp"

#include <array>
#include <string>

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

std::string process_name() {
  std::array<char, 256> host{};
  const bool has_host = gethostname(host.data(), host.size() - 1) == 0;
  return "process " + std::to_string(getpid()) + " of " + user_name() + " on " +
         (has_host ? host.data() : "an unnamed host");
}

}  // namespace recycled::system
