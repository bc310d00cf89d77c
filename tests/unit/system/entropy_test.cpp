#include "system/entropy.hpp"

#include <cstdlib>
#include <set>

#include <doctest/doctest.h>
#include <unistd.h>

#include "system/terminal.hpp"

namespace recycled::system {

TEST_CASE("random bytes come in the number asked for and do not repeat") {
  KernelEntropy entropy;
  CHECK(entropy.bytes(0).empty());
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string drawn = entropy.bytes(16);
    REQUIRE(drawn.size() == 16);
    REQUIRE(seen.insert(drawn).second);
  }
  // More than one call to the kernel may give at once.
  const std::string large = entropy.bytes(1'000'000);
  CHECK(large.size() == 1'000'000);
  CHECK(std::set<char>(large.end() - 5000, large.end()).size() == 256);
}

TEST_CASE("a fraction is in range and every eighth of the range comes up") {
  KernelEntropy entropy;
  std::set<int> eighths;
  for (int i = 0; i < 1000; ++i) {
    const double drawn = entropy.fraction();
    REQUIRE(drawn >= 0.0);
    REQUIRE(drawn < 1.0);
    eighths.insert(static_cast<int>(drawn * 8));
  }
  CHECK(eighths.size() == 8);
}

TEST_CASE("a pipe is no terminal and neither is a closed descriptor") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  CHECK_FALSE(is_terminal(ends[0]));
  close(ends[0]);
  close(ends[1]);
  CHECK_FALSE(is_terminal(ends[0]));
}

TEST_CASE("an empty variable of the environment counts as not set") {
  setenv("RECYCLED_UNIT_SYSTEM", "on", 1);
  CHECK(environment("RECYCLED_UNIT_SYSTEM") == "on");
  setenv("RECYCLED_UNIT_SYSTEM", "", 1);
  CHECK_FALSE(environment("RECYCLED_UNIT_SYSTEM").has_value());
  unsetenv("RECYCLED_UNIT_SYSTEM");
  CHECK_FALSE(environment("RECYCLED_UNIT_SYSTEM").has_value());
}

}  // namespace recycled::system
