// The install seal (lessons.md 8): at home where it was sealed, and nowhere else before a person
// has said so.
#include "engine/seal.hpp"

#include "engine/recover.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;

Place home() {
  Place place;
  place.machine = "machine-1";
  place.file = "12 1700000000.5";
  place.accounts = {{GatewayId("ff"), "live mid-1"}};
  return place;
}

struct SealBench : Bench {
  SealBench() { seal(home()); }

  void seal(const Place& place) {
    in([&](auto& tx) { put_seal(tx, place); });
  }
  std::vector<std::string> broken(const Place& here) {
    std::vector<std::string> found;
    in([&](auto& tx) { found = broken_seal(tx, here); });
    return found;
  }
  // From here on something has been handed over.
  void work() {
    accept(declined("S"));
    clock.at += std::chrono::days(9);
    REQUIRE(scan_now() == 1);
  }
  ports::AuditHead head() {
    ports::AuditHead found;
    in([&](auto& tx) { found = tx.audit_head(); });
    return found;
  }
};

async::Task<void> start(const Context& context) {
  const auto interrupted = co_await recover_interrupted(context);
  CHECK(interrupted.has_value());
}

void expect_broken(const std::vector<std::string>& broken, const std::string& word) {
  REQUIRE(broken.size() == 1);
  CHECK(broken.front().find(word) != std::string::npos);
}

TEST_CASE("a ledger is at home where it was sealed, and one without a seal anywhere") {
  SealBench bench;
  bench.work();
  CHECK(bench.broken(home()).empty());
  Bench fresh;
  fresh.in([](auto& tx) { CHECK(broken_seal(tx, home()).empty()); });
}

TEST_CASE("another machine is another home, and one without an id is no evidence") {
  SealBench bench;
  Place here = home();
  here.machine = "machine-2";
  expect_broken(bench.broken(here), "another machine");
  here.machine = "";
  CHECK(bench.broken(here).empty());
}

TEST_CASE("another file is a copy, and what a system cannot tell of a file is no evidence") {
  SealBench bench;
  Place here = home();
  for (const char* other : {"13 1700000000.5", "12 1700000001.5"}) {
    here.file = other;
    expect_broken(bench.broken(here), "copied or restored");
  }
  for (const char* less : {"12", ""}) {
    here.file = less;
    CHECK(bench.broken(here).empty());
  }
}

TEST_CASE("another account of the gateway matters once something was handed over") {
  SealBench bench;
  Place here = home();
  here.accounts[GatewayId("ff")] = "sandbox mid-1";
  CHECK(bench.broken(here).empty());
  bench.seal(here);  // as the first opening after the config was mended does
  CHECK(bench.broken(here).empty());
  bench.work();
  expect_broken(bench.broken(home()), "was FlexFactor's account \"sandbox mid-1\" and is \"live");
}

TEST_CASE("a gateway that is new is taken in, and one that is gone is remembered") {
  SealBench bench;
  bench.work();
  Place here = home();
  here.accounts = {{GatewayId("new"), "live mid-2"}};
  CHECK(bench.broken(here).empty());
  bench.seal(here);
  here.accounts[GatewayId("ff")] = "live mid-3";
  expect_broken(bench.broken(here), "gateway ff ");
}

TEST_CASE("a ledger that had not come as far as is remembered was put in its place") {
  SealBench bench;
  bench.work();
  Place here = home();
  here.remembered = bench.head();
  CHECK(bench.broken(here).empty());
  bench.accept(declined("later"));
  bench.clock.at += std::chrono::days(9);
  REQUIRE(bench.scan_now() == 1);
  CHECK(bench.broken(here).empty());  // it has come further than is remembered
  here.remembered->rows += 100;
  expect_broken(bench.broken(here), "an older one, or a new one");
  here.remembered = bench.head();
  here.remembered->hash = "of another life";
  expect_broken(bench.broken(here), "an older one, or a new one");
  Bench fresh;  // the old one was lost, and somebody began anew
  fresh.in([&](auto& tx) { expect_broken(broken_seal(tx, here), "an older one, or a new one"); });
}

TEST_CASE("X1: adopted, it is at home, paused, and what may have left since is in doubt") {
  SealBench bench;
  bench.work();
  Place here = home();
  here.machine = "machine-2";
  here.accounts[GatewayId("ff")] = "live mid-2";
  ports::Pause pause;
  bench.in([&](auto& tx) { pause = adopt(tx, here, "alice", "adopted: moved", bench.clock.at); });
  CHECK(bench.broken(here).empty());
  CHECK(bench.broken(home()).size() == 2);
  CHECK(pause.by == "alice");
  bench.accept(declined("T"));
  bench.clock.at += std::chrono::days(9);
  CHECK(bench.scan_now() == 0);
  const auto queued = [&](RecoveryState state) {
    std::size_t count = 0;
    bench.in([&](auto& tx) { count = tx.in_state(state, RecoveryKey(), 10).size(); });
    return count;
  };
  REQUIRE(queued(RecoveryState::intended) == 1);
  bench.run(start(bench.context));
  CHECK(queued(RecoveryState::intended) == 0);
  CHECK(queued(RecoveryState::unknown) == 1);
}

}  // namespace
}  // namespace recycled::engine
