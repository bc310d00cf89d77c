// The install seal (lessons.md 8): at home where it was sealed, and nowhere else before a person
// has said so.
#include "engine/seal.hpp"

#include "engine/pause.hpp"
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
  for (const char* other : {"machine-2", "machine-1-staging", "machine"}) {
    here.machine = other;
    expect_broken(bench.broken(here), "another machine");
  }
  here.machine = "";
  CHECK(bench.broken(here).empty());
}

TEST_CASE("a machine whose name begins like another's is sealed to in full") {
  SealBench bench;
  Place here = home();
  here.machine = "machine 1";
  bench.seal(here);
  here.machine = "machine";
  bench.seal(here);
  CHECK(bench.broken(here).empty());
}

TEST_CASE("another file is a copy, and what a system cannot tell of a file is no evidence") {
  SealBench bench;
  Place here = home();
  for (const char* other : {"13 1700000000.5", "12 1700000001.5", "1", "123"}) {
    here.file = other;
    expect_broken(bench.broken(here), "copied or restored");
  }
  for (const char* less : {"12", ""}) {
    here.file = less;
    CHECK(bench.broken(here).empty());
    bench.seal(here);  // which does not weaken it
  }
  here.file = "12 1700000001.5";
  expect_broken(bench.broken(here), "copied or restored");
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

struct AdoptedBench : SealBench {
  AdoptedBench() {
    for (const char* id : {"queued", "later", "asked", "taken"}) accept(declined(id));
    queued = hand_over("queued", RecoveryState::intended);
    later = hand_over("later", RecoveryState::intended);
    asked = hand_over("asked", RecoveryState::unknown);
    taken = hand_over("taken", RecoveryState::waiting);
    in([&](auto& tx) {
      const auto before = tx.recovery(later).recovery;
      auto recovery = before;
      recovery.next_at = clock.at + std::chrono::hours(1);
      REQUIRE(tx.update_recovery(later, before, recovery));
      const auto unasked = tx.recovery(taken).recovery;
      recovery = unasked;
      recovery.step = billing::Step::inquire;
      REQUIRE(tx.update_recovery(taken, unasked, recovery));
    });
    clock.at += std::chrono::days(9);
    in([&](auto& tx) { pause = adopt(tx, elsewhere(), "alice", "adopted: moved", clock.at); });
  }
  static Place elsewhere() {
    Place here = home();
    here.machine = "machine-2";
    return here;
  }
  std::vector<RecoveryKey> leaves_in_the_pause() {
    std::vector<RecoveryKey> keys;
    in([&](auto& tx) {
      for (const auto& row : tx.steps_due_in_pause(GatewayId("ff"), holding(tx), clock.at, 9)) {
        keys.push_back(row.key);
      }
    });
    return keys;
  }

  RecoveryKey queued, later, asked, taken;
  ports::Pause pause;
};

TEST_CASE("adopted, it is at home here, and paused") {
  AdoptedBench bench;
  CHECK(bench.broken(AdoptedBench::elsewhere()).empty());
  CHECK(bench.broken(home()).size() == 1);
  CHECK(bench.pause.by == "alice");
  bench.accept(declined("new"));
  CHECK(bench.scan_now() == 0);
}

TEST_CASE("X1: after an adoption nothing leaves but questions, whatever had not left by its word") {
  AdoptedBench bench;
  const std::vector<RecoveryKey> waiting{bench.taken};
  CHECK(bench.leaves_in_the_pause() == waiting);  // before the first run has looked at them
  bench.run(start(bench.context));
  for (const RecoveryKey key : {bench.queued, bench.later, bench.asked}) {
    const billing::Recovery doubtful = bench.recovery(key);
    CHECK(doubtful.state == RecoveryState::unknown);
    CHECK(doubtful.left);
    CHECK(doubtful.step == billing::Step::inquire);
    CHECK(billing::step_now(doubtful, bench.rules, bench.clock.at) == billing::Step::inquire);
  }
  CHECK(bench.recovery(bench.taken).state == RecoveryState::waiting);
  CHECK(bench.leaves_in_the_pause().size() == 4);
  // The list does not have it: the same bytes would be next, and wait for a person's word.
  bench.in([&](auto& tx) {
    const billing::Event not_there = billing::Learned{
        billing::News::not_found, billing::Source::inquiry, std::nullopt, std::nullopt};
    apply(tx, bench.asked, not_there, bench.desk, bench.context.moment());
  });
  CHECK(bench.recovery(bench.asked).step == billing::Step::send);
  CHECK(bench.leaves_in_the_pause().size() == 3);
  bench.in([&](auto& tx) { resume(tx, GatewayId(), "bob", bench.clock.at); });
  bench.in([&](auto& tx) { CHECK(holding(tx) == ports::Holding::unsent); });
}

TEST_CASE("an adoption in a pause is a pause of its own, which names the older one") {
  Bench bench;
  bench.in([&](auto& tx) {
    pause_all(tx, "bob", "holiday", bench.clock.at);
    const auto pause = adopt(tx, home(), "alice", "adopted: moved", bench.clock.at);
    CHECK(pause.reason.find("adopted: moved") == 0);
    CHECK(pause.reason.find("holiday") != std::string::npos);
    CHECK(tx.pauses() == Pauses{pause});
  });
}

TEST_CASE("X1: what is open in another account keeps the ledger from being adopted") {
  SealBench bench;
  bench.work();
  Place here = home();
  here.machine = "machine-2";
  const auto objection = [&] {
    std::optional<std::string> found;
    bench.in([&](auto& tx) { found = objection_to_adoption(tx, here); });
    return found;
  };
  CHECK_FALSE(objection().has_value());
  here.accounts[GatewayId("ff")] = "live mid-2";
  REQUIRE(objection().has_value());
  CHECK(objection()->find("gateway ff has open hand-overs in the account \"live mid-1\"") == 0);
  bench.in([&](auto& tx) {
    const auto open = tx.in_state(RecoveryState::intended, RecoveryKey(), 9);
    REQUIRE(open.size() == 1);
    auto ended = open.front().recovery;
    ended.state = RecoveryState::parked;
    ended.step = billing::Step::none;
    ended.next_at.reset();
    REQUIRE(tx.update_recovery(open.front().key, open.front().recovery, ended));
    CHECK(objection_to_adoption(tx, here).has_value());
    const auto parked = ended;
    ended.state = RecoveryState::failed;
    ended.settled_at = bench.clock.at;
    REQUIRE(tx.update_recovery(open.front().key, parked, ended));
  });
  CHECK_FALSE(objection().has_value());
}

}  // namespace
}  // namespace recycled::engine
