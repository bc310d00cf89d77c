#include "system/terminal.hpp"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace recycled::system {

TEST_CASE("a stream is the journal's if its device and inode are the ones that systemd named") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  struct stat status {};
  REQUIRE(fstat(ends[0], &status) == 0);
  const std::string named = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
  const auto says = [&](const std::string& stream) {
    REQUIRE(setenv("JOURNAL_STREAM", stream.c_str(), 1) == 0);
    return is_journal(ends[0]);
  };
  CHECK(says(named));
  CHECK_FALSE(is_journal(ends[1]));  // redirected since then
  CHECK_FALSE(is_journal(-1));
  for (const std::string& other : {named + "0", "0" + named, " " + named, std::string("8:"),
                                   std::to_string(status.st_dev), std::string(":")}) {
    CAPTURE(other);
    CHECK_FALSE(says(other));
  }
  unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(is_journal(ends[0]));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace recycled::system
