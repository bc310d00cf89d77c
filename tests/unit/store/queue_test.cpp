// The queue of what is due (migration 0015), which a scan walks and triggers keep.
#include <random>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/rows.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {

using billing::RecoveryState;

// Whatever is done to a subscription and its recoveries, in whatever order.
TEST_CASE("L20 the queue holds what is due, and nothing else") {
  OwnLedger own;
  SQLite::Database database(own.file.string());
  const auto differing = [&database] {
    return database
        .execAndGet(
            "SELECT (SELECT count(*) FROM (SELECT * FROM is_due EXCEPT SELECT * FROM due))"
            " + (SELECT count(*) FROM (SELECT * FROM due EXCEPT SELECT * FROM is_due))")
        .getInt();
  };
  const RecoveryState ends[] = {RecoveryState::released, RecoveryState::failed,
                                RecoveryState::recovered, RecoveryState::released};
  int seen_due = 0;
  std::minstd_rand dice(7);
  for (int step = 0; step < 3000; ++step) {
    const std::string name = "S" + std::to_string(step / 100) + "-" + std::to_string(dice() % 3);
    const auto what = dice() % 6;
    const auto pick = dice();
    CAPTURE(step);
    CAPTURE(what);
    in(*own.ledger, [&](ports::LedgerTx& tx) {
      const ports::Plan plan{pick % 3 == 0 ? std::nullopt : std::optional(noon + Millis(pick % 5)),
                             std::nullopt};
      const auto stored = tx.subscription(SubscriptionId(name));
      if (!stored || what == 0) {
        auto subscription = plain_subscription(name);
        subscription.cycle = 5 + static_cast<int>(pick % 2);
        tx.put_subscription(subscription, plan, noon);
        return;
      }
      const auto past = tx.recoveries_of(stored->key);
      if (what == 1) tx.set_plan(stored->key, plan);
      if (what == 2) tx.set_status(stored->key, billing::SubscriptionStatus::paused, noon);
      if (what == 3) {
        auto fresh = plain_recovery("o" + std::to_string(step), stored->subscription.cycle);
        static_cast<void>(tx.insert_recovery({stored->key, fresh, "request"}));
      }
      if (what >= 4 && !past.empty() && is_live(past.back().recovery.state)) {
        const auto& open = past.back();
        REQUIRE(
            tx.update_recovery(open.key, open.recovery, in_state(open.recovery, ends[pick % 4])));
      } else if (what == 5 && !past.empty() &&
                 past.back().recovery.state == RecoveryState::released) {
        const auto& late = past.back();
        REQUIRE(tx.update_recovery(late.key, late.recovery,
                                   in_state(late.recovery, RecoveryState::recovered)));
      }
    });
    REQUIRE(differing() == 0);
    seen_due += database.execAndGet("SELECT count(*) FROM due").getInt();
  }
  CHECK(seen_due > 500);
}

TEST_CASE("L20 a scan walks the front of the queue") {
  const OwnLedger own;
  SQLite::Database database(own.file.string());
  SQLite::Statement plan(database, "EXPLAIN QUERY PLAN SELECT id" DUE_BY_NOW("CROSS JOIN"));
  std::string steps;
  while (plan.executeStep()) steps += plan.getColumn(3).getString() + "\n";
  CHECK(steps ==
        "SEARCH due USING PRIMARY KEY ((at,subscription_key)>(?,?) AND at<?)\n"
        "SEARCH subscription USING INTEGER PRIMARY KEY (rowid=?)\n");
}

}  // namespace recycled::store
