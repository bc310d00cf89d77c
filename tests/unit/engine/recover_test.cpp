// What a start takes for interrupted (lessons.md 1), and what it leaves as it is.
#include "engine/recover.hpp"

#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;

async::Task<void> start(const Context& context, std::int64_t* found) {
  const auto count = co_await recover_interrupted(context);
  REQUIRE(count.has_value());
  *found = *count;
}

struct RecoverBench : Bench {
  // What a process finds that is started now.
  std::int64_t interrupted() {
    auto next = store::SqliteLedger::open(folder / "ledger.db", store::Executor::inline_, noon);
    REQUIRE(next.has_value());
    const Context started{desk, clock, entropy, **next, events};
    std::int64_t found = -1;
    run(start(started, &found));
    return found;
  }
  void hold(const std::vector<RecoveryKey>& keys) {
    in([&](auto& tx) { CHECK(tx.hold_calls(keys) == keys); });
  }
};

TEST_CASE("what a command has claimed on a ledger that never made a call is in no doubt") {
  RecoverBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::intended);
  CHECK(bench.interrupted() == 0);
  CHECK(bench.recovery(key).state == RecoveryState::intended);
}

TEST_CASE("L1: a call that was under way is in doubt, once, and nothing else is") {
  RecoverBench bench;
  for (const char* id : {"A", "B", "C"}) bench.accept(declined(id));
  const auto held = bench.hand_over("A", RecoveryState::intended);
  const auto queued = bench.hand_over("B", RecoveryState::intended);
  const auto asked = bench.hand_over("C", RecoveryState::waiting);
  bench.hold({held, asked});
  CHECK(bench.interrupted() == 1);
  CHECK(bench.recovery(held).state == RecoveryState::unknown);
  CHECK(bench.recovery(queued).state == RecoveryState::intended);
  CHECK(bench.recovery(asked).state == RecoveryState::waiting);
  CHECK(bench.interrupted() == 0);
  bench.in([&](auto& tx) { CHECK(tx.hold_calls({held, asked}).size() == 2); });  // free again
}

TEST_CASE("L1: what was held is in doubt though the clock of whoever takes it over is behind") {
  RecoverBench bench;
  bench.accept(declined("A"));
  const auto held = bench.hand_over("A", RecoveryState::intended);
  bench.hold({held});
  bench.clock.at = noon - std::chrono::hours(1);
  CHECK(bench.interrupted() == 1);
  CHECK(bench.recovery(held).state == RecoveryState::unknown);
}

TEST_CASE("L1: of many calls under way each is in doubt, page by page") {
  RecoverBench bench;
  std::vector<RecoveryKey> held;
  for (int number = 0; number < 501; ++number) {
    const std::string id = "S" + std::to_string(number);
    bench.accept(declined(id));
    held.push_back(bench.hand_over(id, RecoveryState::intended));
  }
  bench.hold(held);
  CHECK(bench.interrupted() == 501);
  for (const RecoveryKey key : held) CHECK(bench.recovery(key).state == RecoveryState::unknown);
}

}  // namespace
}  // namespace recycled::engine
