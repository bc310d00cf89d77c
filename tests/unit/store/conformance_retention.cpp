// What a step of pruning takes away, and what it never does.
#include <doctest/doctest.h>

#include "base/ensure.hpp"
#include "unit/store/conformance.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store::conformance {
namespace {

using billing::RecoveryState;
using ports::CallbackResult;
using ports::Pruned;

constexpr Millis day = std::chrono::days(1);

billing::Recovery ended(const std::string& order, RecoveryState state, Instant at, int cycle = 5) {
  billing::Recovery recovery = in_state(plain_recovery(order, cycle), state);
  recovery.settled_at = at;
  return recovery;
}

RecoveryKey put_with_attempt(ports::LedgerTx& tx, SubscriptionKey of,
                             const billing::Recovery& recovery) {
  const auto key = put_recovery(tx, of, recovery);
  tx.add_attempt({key, noon, Millis(7), billing::Step::send, "pending", "what it said"});
  return key;
}

void is_whole(ports::LedgerTx& tx, RecoveryKey key) {
  const auto stored = tx.recovery(key);
  CAPTURE(stored.recovery.order.str());
  CHECK_FALSE(stored.pruned_at.has_value());
  CHECK(tx.request(key) == "request of " + stored.recovery.order.str());
  CHECK(tx.attempts(key).at(0).detail == "what it said");
}

CallbackKey put_callback(ports::LedgerTx& tx, const std::string& nonce, CallbackResult result,
                         Instant at) {
  ports::StoredCallback callback;
  callback.received_at = at;
  callback.nonce = nonce;
  callback.event = "event";
  callback.order = OrderId("order of " + nonce);
  callback.headers = "name: value\n";
  callback.body = "body";
  callback.result = result;
  return tx.add_callback(callback);
}

}  // namespace

void prunes_what_ended(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [](ports::LedgerTx& tx) {
    const auto of = put(tx, "S");
    const auto old = put_with_attempt(tx, of, ended("old", RecoveryState::recovered, noon));
    const auto young =
        put_with_attempt(tx, of, ended("young", RecoveryState::failed, noon + day, 6));
    auto looked_for =
        ended("looked for", RecoveryState::failed, noon, 7);  // its last look is ahead
    looked_for.step = billing::Step::inquire;
    looked_for.next_at = noon + 9 * day;
    const auto ahead = put_with_attempt(tx, of, looked_for);
    const auto parked = put_with_attempt(tx, of, ended("parked", RecoveryState::parked, noon, 8));
    const auto open = put_with_attempt(tx, of, plain_recovery("open", 9));

    CHECK(tx.prune(noon, noon + 2 * day, 9) == Pruned{});  // not before its time
    CHECK(tx.prune(noon + day, noon + 2 * day, 9) == Pruned{1, 0, 0});
    const auto pruned = tx.recovery(old);
    CHECK(pruned.pruned_at == noon + 2 * day);
    CHECK((pruned.recovery == ended("old", RecoveryState::recovered, noon)));
    const auto attempts = tx.attempts(old);
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].outcome == "pending");
    CHECK(attempts[0].took == Millis(7));
    CHECK(attempts[0].detail.empty());
    for (const auto key : {young, ahead, parked, open}) is_whole(tx, key);
    CHECK(tx.prune(noon + day, noon + 3 * day, 9) == Pruned{});  // once
    CHECK(tx.recovery(old).pruned_at == noon + 2 * day);
    CHECK(tx.counts().pruned_recoveries == 1);
  });
  // Nobody sends what is not there any more.
  CHECK_THROWS_AS(try_in(*ledger, [](auto& tx) { tx.request(tx.recovery(OrderId("old"))->key); }),
                  Bug);
}

void prunes_callbacks_that_are_done(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [](ports::LedgerTx& tx) {
    const auto applied = put_callback(tx, "n1", CallbackResult::applied, noon);
    const auto unmatched = put_callback(tx, "n2", CallbackResult::unmatched, noon);
    const auto failed = put_callback(tx, "n3", CallbackResult::failed, noon);
    const auto ignored = put_callback(tx, "n4", CallbackResult::ignored, noon + Millis(1));
    const auto young = put_callback(tx, "n5", CallbackResult::applied, noon + day);
    CHECK(tx.prune(noon + day, noon + 2 * day, 9) == Pruned{0, 2, 0});
    for (const auto key : {unmatched, failed, young}) {
      CHECK_FALSE(tx.callback(key)->pruned_at.has_value());
      CHECK(tx.callback(key)->body == "body");
      CHECK(tx.callback(key)->headers == "name: value\n");
    }
    const auto pruned = *tx.callback(applied);
    CHECK(pruned.pruned_at == noon + 2 * day);
    CHECK(pruned.body.empty());
    CHECK(pruned.headers.empty());
    CHECK(pruned.nonce == "n1");
    CHECK(pruned.event == "event");
    CHECK(pruned.order == OrderId("order of n1"));
    CHECK(pruned.result == CallbackResult::applied);
    CHECK(tx.callback(ignored)->pruned_at.has_value());
    CHECK(tx.counts().pruned_callbacks == 2);

    auto later = *tx.callback(unmatched);  // applied at last
    later.result = CallbackResult::applied;
    tx.mark_callback(later);
    CHECK(tx.prune(noon + day, noon + 3 * day, 9) == Pruned{0, 1, 0});
    CHECK(tx.callback(unmatched)->result == CallbackResult::applied);
  });
}

void prunes_delivered_events(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [](ports::LedgerTx& tx) {
    using ports::Sink;
    const auto of = put(tx, "S");
    std::vector<RecoveryKey> keys;
    for (int cycle = 1; cycle <= 4; ++cycle) {
      const auto order = "order " + std::to_string(cycle);
      keys.push_back(put_recovery(tx, of, ended(order, RecoveryState::recovered, noon, cycle)));
      ports::OutboxRow row;
      row.at = noon;
      row.type = "event " + std::to_string(cycle);
      row.subject = of;
      row.recovery = keys.back();
      tx.add_outbox(row);
    }
    tx.queue_deliveries(Sink::webhook, noon, 9);
    tx.queue_deliveries(Sink::jsonl, noon, 9);
    // The first is through at both, the second at one alone, the last is the newest.
    const auto deliver = [&](Sink sink, std::int64_t event) {
      ports::Delivery done;
      done.event = OutboxKey(event);
      done.sink = sink;
      done.subject = "subscription S";
      done.state = ports::DeliveryState::delivered;
      done.queued_at = noon;
      done.delivered_at = noon;
      CHECK(tx.update_delivery(done));
    };
    deliver(Sink::webhook, 1);
    deliver(Sink::jsonl, 1);
    deliver(Sink::webhook, 2);
    deliver(Sink::webhook, 4);
    deliver(Sink::jsonl, 4);
    CHECK(tx.prune(noon + day, noon + day, 9) == Pruned{4, 0, 0});
    CHECK_FALSE(tx.event(OutboxKey(1)).has_value());
    REQUIRE(tx.event(OutboxKey(2)).has_value());
    CHECK(tx.event(OutboxKey(2))->deliveries.size() == 2);
    CHECK(tx.event(OutboxKey(3)).has_value());
    CHECK(tx.event(OutboxKey(4)).has_value());
    // Nothing is queued once more.
    CHECK(tx.queue_deliveries(Sink::webhook, noon + day, 9) == 0);
    CHECK(tx.queue_deliveries(Sink::jsonl, noon + day, 9) == 0);
  });
}

void prunes_in_small_steps(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [](ports::LedgerTx& tx) {
    for (int index = 0; index < 5; ++index) {
      const auto name = std::to_string(index);
      // The older ones have the greater keys.
      put_recovery(tx, put(tx, "S" + name),
                   ended("order " + name, RecoveryState::failed, noon - Millis(index)));
      put_callback(tx, "n" + name, CallbackResult::applied, noon - Millis(index));
      tx.put_run({RunId("r" + name), "once", noon, noon, ""});
    }
    CHECK(tx.prune(noon + day, noon + day, 2) == Pruned{2, 2, 2});
    CHECK(tx.recovery(OrderId("order 4"))->pruned_at.has_value());
    CHECK(tx.recovery(OrderId("order 3"))->pruned_at.has_value());
    CHECK_FALSE(tx.recovery(OrderId("order 2"))->pruned_at.has_value());
    CHECK(tx.prune(noon + day, noon + day, 2) == Pruned{2, 2, 2});
    CHECK(tx.prune(noon + day, noon + day, 2) == Pruned{1, 1, 0});
    CHECK(tx.prune(noon + day, noon + day, 2) == Pruned{});
    CHECK(tx.last_run()->id == RunId("r4"));  // the newest stays
  });
}

}  // namespace recycled::store::conformance
