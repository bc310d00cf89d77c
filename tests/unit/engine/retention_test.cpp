// What ended long ago goes in steps that leave the ledger to others in between.
#include "engine/retention.hpp"

#include "engine/process_callback.hpp"
#include "unit/engine/inbox_bench.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;
using std::chrono::days;
using std::chrono::minutes;

struct RetentionBench : InboxBench {
  explicit RetentionBench(Millis payloads = days(30))
      : settings{payloads, minutes(10), minutes(1)} {}

  async::Task<void> step_into(bool& went_on) {
    const Instant before = retention.next();
    auto done = co_await retention.step_if_due();
    REQUIRE(done.has_value());
    went_on = retention.next() != before;
  }
  async::Task<void> pass() {
    auto done = co_await retention.once();
    REQUIRE(done.has_value());
  }
  // False: it was not time for one.
  bool step_at(Instant at) {
    clock.at = at;
    bool went_on = false;
    run(step_into(went_on));
    return went_on;
  }
  // So many that are over, each with a callback.
  void end(int count) {
    for (int index = 0; index < count; ++index) {
      const std::string id = "S" + std::to_string(index);
      accept(declined(id));
      hand_over(id, RecoveryState::waiting);
      take("n " + id, "completed " + order_of(id).str());
    }
  }
  std::int64_t pruned() {
    std::int64_t found = 0;
    in([&](auto& tx) { found = tx.counts().pruned_recoveries; });
    return found;
  }

  RetentionSettings settings;
  Retention retention{own, settings, tally};
};

TEST_CASE("L26 retention: payloads go when their time is over, and what is open stays") {
  RetentionBench bench;
  bench.end(1);
  bench.accept(declined("open"));
  const auto open = bench.hand_over("open", RecoveryState::waiting);
  CHECK(bench.step_at(noon + days(30)));
  CHECK(bench.pruned() == 0);
  CHECK(bench.step_at(noon + days(30) + minutes(1)));
  CHECK(bench.pruned() == 1);
  CHECK(bench.tally.pruned == 2);
  CHECK(bench.only(order_of("S0")).pruned_at == noon + days(30) + minutes(1));
  bench.in([&](auto& tx) {
    CHECK_FALSE(tx.recovery(open).pruned_at.has_value());
    CHECK_FALSE(tx.request(open).empty());
  });
}

TEST_CASE("retention: zero keeps everything for good, but for nonces and plans of dry runs") {
  RetentionBench bench{Millis(0)};
  bench.end(1);
  bench.in([&](auto& tx) {
    tx.keep_dry_run({"digest", noon, "what it said"});
    CHECK_FALSE(tx.remember_nonce("n S0", noon));
  });
  CHECK(bench.step_at(noon + minutes(10)));
  bench.in([&](auto& tx) { CHECK_FALSE(tx.remember_nonce("n S0", noon)); });
  CHECK(bench.step_at(noon + minutes(11)));
  bench.in([&](auto& tx) { CHECK(tx.remember_nonce("n S0", noon)); });
  CHECK(bench.step_at(noon + days(3650)));
  CHECK(bench.pruned() == 0);
  bench.in([&](auto& tx) { CHECK_FALSE(tx.dry_run("digest").has_value()); });
}

TEST_CASE("L26 retention: a step is small, and the next one leaves the ledger time for others") {
  RetentionBench bench;
  bench.end(150);
  const Instant later = noon + days(31);
  CHECK(bench.step_at(later));
  CHECK(bench.pruned() == 100);
  CHECK(bench.retention.next() > later);
  CHECK(bench.retention.next() <= later + std::chrono::seconds(1));
  CHECK_FALSE(bench.step_at(later));
  CHECK(bench.pruned() == 100);
  CHECK(bench.step_at(bench.retention.next()));
  CHECK(bench.pruned() == 150);
  CHECK(bench.retention.next() == bench.clock.at + minutes(1));
}

TEST_CASE("retention: a pass for cron takes what there is, in small steps") {
  RetentionBench bench;
  bench.end(250);
  bench.clock.at = noon + days(31);
  int steps = 0;
  bench.failing.on_write = [&steps](int) { ++steps; };
  bench.run(bench.pass());
  CHECK(bench.pruned() == 250);
  CHECK(steps == 3);
}

TEST_CASE("L12 retention: news of what was pruned counts as ever, and is not told twice") {
  RetentionBench bench;
  bench.end(1);
  bench.step_at(noon + days(31));
  CHECK(bench.pruned() == 1);
  CHECK(bench.take("again", "completed " + order_of("S0").str()) == Receipt::stored);
  CHECK(bench.subscription("S0").subscription.cycle == 6);
  CHECK(bench.take("refund", "refunded " + order_of("S0").str()) == Receipt::stored);
  bench.in([&](auto& tx) {
    const auto stored = *tx.recovery(order_of("S0"));
    CHECK(stored.recovery.state == RecoveryState::recovered);
    CHECK(stored.recovery.refunded);
  });
}

TEST_CASE(
    "retention: a callback that was pruned is not processed again, as there is nothing left") {
  RetentionBench bench;
  bench.end(1);
  bench.step_at(noon + days(31));
  const auto key = bench.only(order_of("S0")).key;
  bench.in([&](auto& tx) {
    const auto replayed = replay_callback(tx, key, bench.reader, bench.desk, bench.own.moment());
    REQUIRE(replayed.has_value());
    CHECK(replayed->callback.pruned_at.has_value());
    CHECK(replayed->callback.result == ports::CallbackResult::applied);
    CHECK_FALSE(replayed->applied.has_value());
  });
}

}  // namespace
}  // namespace recycled::engine
