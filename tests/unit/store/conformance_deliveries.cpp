// The conformance suite's part about events on their way to their receivers.
#include "unit/store/conformance.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store::conformance {
namespace {

using ports::DeliveryState;
using ports::Sink;

// A row of the outbox; its key is its place among them.
void tell(ports::LedgerTx& tx, SubscriptionKey of, const std::string& type) {
  ports::OutboxRow row;
  row.at = noon;
  row.type = type;
  row.subject = of;
  row.gateway = GatewayId("bank");
  tx.add_outbox(row);
}

std::vector<std::int64_t> keys_of(const std::vector<ports::DueDelivery>& due) {
  std::vector<std::int64_t> keys;
  for (const ports::DueDelivery& one : due) {
    CHECK(one.delivery.event == one.event.key);
    keys.push_back(one.event.key.value());
  }
  return keys;
}
std::vector<std::int64_t> keys_of(const std::vector<ports::StoredEvent>& events) {
  std::vector<std::int64_t> keys;
  for (const ports::StoredEvent& one : events) keys.push_back(one.event.key.value());
  return keys;
}

using Keys = std::vector<std::int64_t>;

ports::Delivery first_due(ports::LedgerTx& tx, Sink sink = Sink::webhook) {
  const auto due = tx.deliveries_due(sink, noon + std::chrono::days(1), 1);
  REQUIRE(due.size() == 1);
  return due[0].delivery;
}

ports::Delivery delivered(ports::Delivery delivery) {
  delivery.state = DeliveryState::delivered;
  delivery.tries += 1;
  delivery.next_at = std::nullopt;
  delivery.delivered_at = noon + Millis(9);
  return delivery;
}
ports::Delivery dead(ports::Delivery delivery) {
  delivery.state = DeliveryState::dead;
  delivery.next_at = std::nullopt;
  delivery.error = "HTTP 500";
  return delivery;
}

}  // namespace

void events_carry_what_a_receiver_needs(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto subscription = put(tx, "S");
    auto recovery = full_recovery("order");
    recovery.refund_due = true;
    const auto key = put_recovery(tx, subscription, recovery);
    ports::OutboxRow row;
    row.at = noon + Millis(5);
    row.type = "subscription.recovered";
    row.subject = subscription;
    row.recovery = key;
    row.amount = Money{1234, *Currency::parse("JPY")};
    row.gateway = GatewayId("back at");
    row.next_bill_on = parse_date("2026-12-31");
    row.reason = "declined";
    tx.add_outbox(row);
    tell(tx, subscription, "plain");

    ports::OutboundEvent expected;
    expected.key = OutboxKey(1);
    expected.at = row.at;
    expected.type = row.type;
    expected.subject = subscription;
    expected.recovery = key;
    expected.subscription = SubscriptionId("S");
    expected.order = OrderId("order");
    expected.provider_order = ProviderOrderId("provider order");
    expected.cycle = 6;
    expected.amount = row.amount;
    expected.gateway = row.gateway;
    expected.next_bill_on = row.next_bill_on;
    expected.reason = row.reason;
    expected.refund_due = true;
    const auto stored = tx.event(OutboxKey(1));
    REQUIRE(stored.has_value());
    CHECK(stored->event == expected);
    CHECK(stored->deliveries.empty());
    CHECK(tx.queue_deliveries(Sink::webhook, noon, 9) == 2);
    CHECK(tx.deliveries_due(Sink::webhook, noon, 9).at(0).event == expected);

    const auto plain = tx.event(OutboxKey(2)).value().event;
    CHECK_FALSE(plain.recovery.has_value());
    CHECK_FALSE(plain.amount.has_value());
    CHECK_FALSE(plain.cycle.has_value());
    CHECK_FALSE(plain.next_bill_on.has_value());
    CHECK(plain.provider_order.empty());
    CHECK_FALSE(tx.event(OutboxKey(3)).has_value());
  });
}

void events_are_queued_once_for_each_sink(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.queue_deliveries(Sink::webhook, noon, 9) == 0);
    for (const char* id : {"A", "B", "C"}) tell(tx, put(tx, id), "event");
    CHECK(tx.queue_deliveries(Sink::webhook, noon, 2) == 2);
    CHECK(tx.queue_deliveries(Sink::webhook, noon + Millis(1), 2) == 1);
    CHECK(tx.queue_deliveries(Sink::webhook, noon + Millis(2), 2) == 0);
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{1, 2});
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon + Millis(1), 9)) == Keys{1, 2, 3});
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon + Millis(1), 2)) == Keys{1, 2});
    CHECK(tx.next_delivery_after(Sink::webhook, noon) == noon + Millis(1));
    CHECK_FALSE(tx.next_delivery_after(Sink::webhook, noon + Millis(1)).has_value());
    // Another sink starts at the beginning, whatever the first has done.
    CHECK(tx.update_delivery(delivered(first_due(tx))));
    CHECK(tx.queue_deliveries(Sink::jsonl, noon, 9) == 3);
    CHECK(keys_of(tx.deliveries_due(Sink::jsonl, noon, 9)) == Keys{1, 2, 3});
  });
}

void a_subject_s_events_keep_their_order(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto a = put(tx, "A");
    tell(tx, a, "first");
    tell(tx, a, "second");
    tell(tx, put(tx, "B"), "other");
    CHECK(tx.queue_deliveries(Sink::webhook, noon, 9) == 3);
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{1, 3});
    tell(tx, a, "third");
    CHECK(tx.queue_deliveries(Sink::webhook, noon, 9) == 1);
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{1, 3});

    // Not taken: it comes again later, and those behind it wait on.
    auto first = first_due(tx);
    first.tries = 1;
    first.next_at = noon + Millis(50);
    first.error = "said 4111 1111 1111 1111";
    CHECK(tx.update_delivery(first));
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{3});
    const auto again = tx.deliveries_due(Sink::webhook, noon + Millis(50), 9).at(1).delivery;
    CHECK(again.tries == 1);
    CHECK(again.next_at == noon + Millis(50));
    CHECK(again.error == "said **** **** **** ****");

    CHECK(tx.update_delivery(delivered(again)));
    CHECK_FALSE(tx.update_delivery(dead(again)));  // it is through, whoever comes late
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{2, 3});
    // Given up, it holds up nobody.
    CHECK(tx.update_delivery(dead(first_due(tx))));
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{3, 4});
  });
}

void a_replayed_event_takes_its_place_again(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto a = put(tx, "A");
    for (const char* type : {"first", "second"}) tell(tx, a, type);
    CHECK(tx.queue_deliveries(Sink::webhook, noon, 9) == 2);
    CHECK(tx.update_delivery(dead(first_due(tx))));
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{2});
    tx.replay_delivery(OutboxKey(1), Sink::webhook, noon + Millis(7));
    CHECK(tx.deliveries_due(Sink::webhook, noon, 9).empty());
    const auto due = tx.deliveries_due(Sink::webhook, noon + Millis(7), 9);
    CHECK(keys_of(due) == Keys{1});
    CHECK(due[0].delivery.tries == 0);
    CHECK(due[0].delivery.queued_at == noon + Millis(7));
    CHECK(due[0].delivery.error.empty());
    CHECK(tx.update_delivery(delivered(due[0].delivery)));
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{2});
    // One that was delivered goes out anew as well.
    tx.replay_delivery(OutboxKey(1), Sink::webhook, noon);
    CHECK(keys_of(tx.deliveries_due(Sink::webhook, noon, 9)) == Keys{1});
    CHECK_FALSE(tx.event(OutboxKey(1))->deliveries.at(0).delivered_at.has_value());
  });
}

void lists_and_counts_events(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.counts().deliveries.empty());
    for (const char* id : {"A", "B", "C", "D"}) tell(tx, put(tx, id), "event");
    for (const Sink sink : {Sink::webhook, Sink::jsonl}) {
      CHECK(tx.queue_deliveries(sink, noon + Millis(3), 3) == 3);  // D is seen by nobody yet
    }
    // A is through at both, B at one alone, C is dead at one.
    CHECK(tx.update_delivery(delivered(first_due(tx, Sink::webhook))));
    CHECK(tx.update_delivery(delivered(first_due(tx, Sink::jsonl))));
    CHECK(tx.update_delivery(delivered(first_due(tx, Sink::webhook))));
    CHECK(tx.update_delivery(dead(first_due(tx, Sink::webhook))));
    const OutboxKey end(INT64_MAX);
    CHECK(keys_of(tx.events_before(end, std::nullopt, 9)) == Keys{4, 3, 2, 1});
    CHECK(keys_of(tx.events_before(OutboxKey(4), std::nullopt, 2)) == Keys{3, 2});
    CHECK(keys_of(tx.events_before(end, DeliveryState::waiting, 9)) == Keys{4, 2});
    CHECK(keys_of(tx.events_before(end, DeliveryState::delivered, 9)) == Keys{1});
    CHECK(keys_of(tx.events_before(end, DeliveryState::dead, 9)) == Keys{3});
    const auto stored = tx.events_before(end, DeliveryState::dead, 9).at(0);
    REQUIRE(stored.deliveries.size() == 2);
    CHECK(stored.deliveries[0].sink == Sink::jsonl);
    CHECK(stored.deliveries[1].state == DeliveryState::dead);
    const auto counts = tx.counts();
    CHECK(counts.deliveries.at(DeliveryState::waiting) == 2);
    CHECK(counts.deliveries.at(DeliveryState::delivered) == 3);
    CHECK(counts.deliveries.at(DeliveryState::dead) == 1);
    CHECK(counts.oldest_delivery == noon + Millis(3));
    CHECK(counts.waiting_for_person == 1);
  });
}

}  // namespace recycled::store::conformance
