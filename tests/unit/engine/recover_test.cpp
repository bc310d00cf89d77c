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
  std::int64_t interrupted() {
    std::int64_t found = -1;
    run(start(context, &found));
    return found;
  }
  void note(const std::vector<RecoveryKey>& keys) {
    in([&](auto& tx) { note_calls(tx, keys); });
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
  const auto named = bench.hand_over("A", RecoveryState::intended);
  const auto queued = bench.hand_over("B", RecoveryState::intended);
  bench.note({named});
  CHECK(bench.interrupted() == 1);
  CHECK(bench.recovery(named).state == RecoveryState::unknown);
  CHECK(bench.recovery(queued).state == RecoveryState::intended);
  CHECK(bench.interrupted() == 0);
}

TEST_CASE("L1: after a run that died over any of many, later claims are in no doubt") {
  RecoverBench bench;
  for (const char* id : {"A", "B"}) bench.accept(declined(id));
  const auto before = bench.hand_over("A", RecoveryState::intended);
  bench.in([](auto& tx) { note_any_calls(tx); });
  CHECK(bench.interrupted() == 1);
  CHECK(bench.recovery(before).state == RecoveryState::unknown);
  const auto later = bench.hand_over("B", RecoveryState::intended);
  CHECK(bench.interrupted() == 0);
  CHECK(bench.recovery(later).state == RecoveryState::intended);
}

}  // namespace
}  // namespace recycled::engine
