#include "system/run_lock.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.hpp"

namespace recycled::system {

using testing::Scratch;

TEST_CASE("a second run is refused and told which process holds the lock") {
  const Scratch scratch;
  const auto ledger = scratch / "ledger.db";
  const auto first = RunLock::take(ledger);
  REQUIRE(first.has_value());
  const auto second = RunLock::take(ledger);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().fault == Fault::busy);
  CHECK(second.error().message.find("process " + std::to_string(getpid())) != std::string::npos);
  CHECK(second.error().message.find(ledger.string() + ".lock") != std::string::npos);
}

TEST_CASE("a lock that was given back can be taken and leaves its file") {
  const Scratch scratch;
  const auto ledger = scratch / "ledger.db";
  { REQUIRE(RunLock::take(ledger).has_value()); }
  CHECK(std::filesystem::exists(scratch / "ledger.db.lock"));
  CHECK(RunLock::take(ledger).has_value());
}

TEST_CASE("L1: a killed run holds nothing") {
  const Scratch scratch;
  const auto ledger = scratch / "ledger.db";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto held = RunLock::take(ledger);
    std::raise(held.has_value() ? SIGKILL : SIGABRT);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
  CHECK(RunLock::take(ledger).has_value());
}

TEST_CASE("an empty lock file of a run that is just starting still names somebody") {
  const Scratch scratch;
  const auto ledger = scratch / "ledger.db";
  const auto first = RunLock::take(ledger);
  REQUIRE(first.has_value());
  std::ofstream(scratch / "ledger.db.lock", std::ios::trunc).close();
  const auto second = RunLock::take(ledger);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message.find("another process") != std::string::npos);
}

TEST_CASE("a folder that is not there is an error of the store") {
  const Scratch scratch;
  const auto taken = RunLock::take(scratch / "nowhere/ledger.db");
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().fault == Fault::store);
}

}  // namespace recycled::system
