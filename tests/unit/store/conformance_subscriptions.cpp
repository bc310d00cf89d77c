// The conformance suite's part about subscriptions: kept whole, planned, settled, walked by due.
#include "unit/store/conformance.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store::conformance {
namespace {

using billing::SubscriptionStatus;

std::string ids_of(const std::vector<ports::StoredSubscription>& rows) {
  std::string ids;
  for (const auto& row : rows) ids += row.subscription.id.str() + " ";
  return ids;
}

// In pages of so many, all of them.
std::string due_ids(ports::LedgerTx& tx, Instant now, int limit = 100) {
  std::string ids;
  for (std::optional<ports::DuePlace> from = ports::DuePlace(); from;) {
    const auto page = tx.due(now, *from, limit);
    CHECK(static_cast<int>(page.found.size()) <= limit);
    ids += ids_of(page.found);
    from = page.next;
  }
  return ids;
}

// Everything a settlement may change, with values of its own.
ports::Settlement full_settlement(SubscriptionKey key) {
  ports::Settlement settlement;
  settlement.key = key;
  settlement.expected_cycle = 5;
  settlement.status = SubscriptionStatus::complete;
  settlement.cycle = 6;
  settlement.gateway = GatewayId("other bank");
  settlement.card_token = "other token";
  settlement.price = Money{7000, *Currency::parse("EUR")};
  settlement.next_bill_on = parse_date("2027-01-30");
  settlement.anchor_day = 30;
  settlement.fail_reason = "expired";
  return settlement;
}

}  // namespace

void keeps_every_field_of_a_subscription(const MakeLedger& make) {
  const auto ledger = make();
  const auto full = full_subscription("full");
  auto bare = plain_subscription("bare");
  bare.status = SubscriptionStatus::trial;
  bare.declined.reset();
  const ports::Plan refused{std::nullopt, billing::Refusal{billing::NotTaken::no_card, "detail"}};
  const ports::Plan due{noon + Millis(5), std::nullopt};
  in(*ledger, [&](ports::LedgerTx& tx) {
    tx.put_subscription(full, due, noon + Millis(7));
    tx.put_subscription(bare, refused, noon);
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto one = tx.subscription(SubscriptionId("full"));
    REQUIRE(one.has_value());
    CHECK(one->subscription == full);
    CHECK(one->plan == due);
    CHECK(one->fail_reason.empty());
    CHECK(one->imported_at == noon + Millis(7));
    CHECK(one->changed_at == noon + Millis(7));
    const auto other = tx.subscription(SubscriptionId("bare"));
    REQUIRE(other.has_value());
    CHECK(other->subscription == bare);
    CHECK(other->plan == refused);
    CHECK(tx.subscription(other->key).subscription == bare);
    CHECK_FALSE(tx.subscription(SubscriptionId("nobody")).has_value());
  });
}

void putting_twice_replaces(const MakeLedger& make) {
  const auto ledger = make();
  SubscriptionKey first;
  SubscriptionKey second;
  const Instant later = noon + Millis(1000);
  const ports::Plan due{later, std::nullopt};
  in(*ledger, [&](ports::LedgerTx& tx) {
    first = put(tx, "S");
    auto settlement = full_settlement(first);
    settlement.cycle = 5;
    REQUIRE(tx.settle(settlement, noon));
    second = tx.put_subscription(full_subscription("S"), due, later);
  });
  CHECK(first == second);
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto stored = tx.subscription(first);
    CHECK(stored.subscription == full_subscription("S"));
    CHECK(stored.plan == due);
    CHECK(stored.fail_reason.empty());
    CHECK(stored.imported_at == noon);
    CHECK(stored.changed_at == later);
    const auto back_to_bare = plain_subscription("S");
    tx.put_subscription(back_to_bare, {}, later);
    CHECK(tx.subscription(first).subscription == back_to_bare);
    CHECK(tx.subscription(first).plan == ports::Plan{});
  });
}

void plans_statuses_and_settlements(const MakeLedger& make) {
  const auto ledger = make();
  SubscriptionKey key;
  in(*ledger, [&](ports::LedgerTx& tx) {
    key = tx.put_subscription(full_subscription("S"), {}, noon);
    const ports::Plan refused{std::nullopt, billing::Refusal{billing::NotTaken::paused, "why"}};
    tx.set_plan(key, refused);
    CHECK(tx.subscription(key).plan == refused);
    tx.set_plan(key, {noon, std::nullopt});
    CHECK(tx.subscription(key).plan == ports::Plan{noon, std::nullopt});
    tx.set_status(key, SubscriptionStatus::paused, noon + Millis(1));
    const auto paused = tx.subscription(key);
    CHECK(paused.subscription.status == SubscriptionStatus::paused);
    CHECK(paused.plan == ports::Plan{});
    CHECK(paused.changed_at == noon + Millis(1));
    CHECK(paused.subscription.declined == full_subscription("S").declined);
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    auto settlement = full_settlement(key);
    settlement.expected_cycle = 4;
    CHECK_FALSE(tx.settle(settlement, noon));
    CHECK(tx.subscription(key).subscription.gateway == GatewayId("bank"));
    settlement.expected_cycle = 5;
    CHECK(tx.settle(settlement, noon + Millis(2)));
    auto expected = full_subscription("S");
    expected.status = SubscriptionStatus::complete;
    expected.cycle = 6;
    expected.gateway = GatewayId("other bank");
    expected.card.token = "other token";
    expected.price.minor = 7000;
    expected.next_bill_on = parse_date("2027-01-30");
    expected.anchor_day = 30;
    const auto settled = tx.subscription(key);
    CHECK(settled.subscription == expected);
    CHECK(settled.fail_reason == "expired");
    CHECK(settled.changed_at == noon + Millis(2));
    settlement.expected_cycle = 6;
    settlement.next_bill_on.reset();
    settlement.anchor_day.reset();
    settlement.clear_decline = true;
    CHECK(tx.settle(settlement, noon));
    CHECK_FALSE(tx.subscription(key).subscription.declined.has_value());
    CHECK_FALSE(tx.subscription(key).subscription.next_bill_on.has_value());
    CHECK_FALSE(tx.subscription(key).subscription.anchor_day.has_value());
  });
}

void walks_what_is_due(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(due_ids(tx, noon).empty());
    CHECK_FALSE(tx.next_due().has_value());
    put(tx, "late", noon + Millis(1));
    for (const char* id : {"a", "b", "c", "d", "e"}) put(tx, id, noon);
    put(tx, "first", noon - Millis(1));
    put(tx, "unplanned");
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.next_due() == noon - Millis(1));
    CHECK(due_ids(tx, noon - Millis(2)).empty());
    CHECK(due_ids(tx, noon) == "first a b c d e ");
    CHECK(due_ids(tx, noon + Millis(1)) == "first a b c d e late ");
    // Five rows share an instant: pages of two neither skip nor repeat one of them.
    CHECK(due_ids(tx, noon, 2) == "first a b c d e ");
  });
}

void due_leaves_out_what_is_handed_over(const MakeLedger& make) {
  const auto ledger = make();
  SubscriptionKey key;
  in(*ledger, [&](ports::LedgerTx& tx) { key = put(tx, "S", noon); });
  int order = 0;
  for (int index = 0; index <= static_cast<int>(billing::RecoveryState::released); ++index) {
    const auto state = static_cast<billing::RecoveryState>(index);
    CAPTURE(to_text(state));
    in(*ledger, [&](ports::LedgerTx& tx) {
      const std::string id = "S" + std::to_string(index);
      const auto other = put(tx, id, noon + std::chrono::days(1));
      put_recovery(tx, other, in_state(plain_recovery("o" + std::to_string(order++)), state));
      const auto found = due_ids(tx, noon + std::chrono::days(2));
      const bool taken = found.find(id + " ") != std::string::npos;
      CHECK(taken == (state == billing::RecoveryState::released));
    });
  }
  in(*ledger, [&](ports::LedgerTx& tx) {
    // A recovery of another cycle is no obstacle, and one of this cycle is.
    put_recovery(tx, key, in_state(plain_recovery("x", 4), billing::RecoveryState::failed));
    CHECK(due_ids(tx, noon) == "S ");
    put_recovery(tx, key, plain_recovery("y", 5));
    CHECK(due_ids(tx, noon).empty());
    CHECK(tx.next_due() == noon + std::chrono::days(1));  // the released one
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    // lessons.md 10: a plan that outlived its status does not count.
    auto gone = plain_subscription("gone");
    gone.status = SubscriptionStatus::cancelled;
    tx.put_subscription(gone, {noon, std::nullopt}, noon);
    CHECK(due_ids(tx, noon).empty());
  });
}

void pages_recycle_billing(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    for (const char* id : {"c", "b", "a"}) put(tx, id, noon);
    tx.set_status(tx.subscription(SubscriptionId("b"))->key, SubscriptionStatus::active, noon);
    auto page = tx.in_recycle_billing({}, 1);
    CHECK(ids_of(page.found) == "c ");
    page = tx.in_recycle_billing(page.last.value(), 1);
    CHECK(page.found.empty());  // "b", which is not any more
    page = tx.in_recycle_billing(page.last.value(), 5);
    CHECK(ids_of(page.found) == "a ");
    CHECK_FALSE(tx.in_recycle_billing(page.last.value(), 5).last.has_value());
  });
}

void walks_the_declines_of_a_period(const MakeLedger& make) {
  const auto ledger = make();
  const auto put_declined = [](ports::LedgerTx& tx, const std::string& id, int hours,
                               SubscriptionStatus status = SubscriptionStatus::recycle_billing) {
    auto subscription = plain_subscription(id);
    subscription.status = status;
    subscription.declined->at = noon + std::chrono::hours(hours);
    tx.put_subscription(subscription, {}, noon);
  };
  in(*ledger, [&](ports::LedgerTx& tx) {
    for (int n = 5; n >= 0; --n) put_declined(tx, "n" + std::to_string(n), n);
    for (const char* id : {"twin", "another"}) put_declined(tx, id, 2);
    put_declined(tx, "failed", 3, SubscriptionStatus::recycle_failed);
    auto never = plain_subscription("never declined");
    never.status = SubscriptionStatus::active;
    never.declined.reset();
    tx.put_subscription(never, {}, noon);
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    const Instant to = noon + std::chrono::hours(4);
    // Three rows share an instant: pages of two neither skip nor repeat one of them.
    std::string walked;
    ports::DueCursor after{noon + std::chrono::hours(1), 0};
    for (;;) {
      const auto page = tx.subscriptions_declined(to, after, 2);
      CHECK(page.size() <= 2);
      if (page.empty()) break;
      walked += ids_of(page);
      after = {page.back().subscription.declined->at, page.back().key.value()};
    }
    CHECK(walked == "n1 n2 twin another n3 failed ");
    CHECK(ids_of(tx.subscriptions_declined(noon + Millis(1), {}, 9)) == "n0 ");
  });
}

}  // namespace recycled::store::conformance
