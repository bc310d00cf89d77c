#include "system/user.hpp"

#include <cstdlib>

#include <doctest/doctest.h>
#include <pwd.h>
#include <unistd.h>

namespace recycled::system {
namespace {

TEST_CASE("who sits at the machine: the user, and who became it by sudo") {
  const passwd* entry = getpwuid(getuid());
  const std::string own = entry == nullptr ? "uid " + std::to_string(getuid()) : entry->pw_name;
  unsetenv("SUDO_USER");
  CHECK(user_name() == own);
  setenv("SUDO_USER", "alice", 1);
  CHECK(user_name() == "alice as " + own);
  setenv("SUDO_USER", own.c_str(), 1);
  CHECK(user_name() == own);
  unsetenv("SUDO_USER");
}

}  // namespace
}  // namespace recycled::system
