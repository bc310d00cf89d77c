// When a subscription is due, and the ids of its hand-over.
#include "engine/planner.hpp"

#include "engine/scan.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

std::string due_in(const std::string& zone, const char* last_attempt) {
  Bench bench(zone);
  const auto plan = bench.desk.planner.plan(declined("S", *parse_instant(last_attempt)));
  CHECK_FALSE(plan.refusal.has_value());
  return plan.due_at ? to_iso8601(*plan.due_at) : "never";
}

TEST_CASE("B2 L9 due at the first instant of the day, in the account's zone") {
  struct Row {
    const char* zone;
    const char* last_attempt;
    const char* due_at;
  };
  for (const Row& row : {
           Row{"UTC", "2026-03-05T15:00:00Z", "2026-03-08T00:00:00Z"},
           Row{"UTC", "2026-03-05T23:59:59.999Z", "2026-03-08T00:00:00Z"},
           // Clocks jump on the 8th, two hours after its midnight.
           Row{"America/New_York", "2026-03-05T15:00:00Z", "2026-03-08T05:00:00Z"},
           Row{"America/New_York", "2026-03-06T15:00:00Z", "2026-03-09T04:00:00Z"},
           // Late in the evening of the 5th, though the 6th in UTC.
           Row{"America/New_York", "2026-03-06T04:30:00Z", "2026-03-08T05:00:00Z"},
           // Clocks go back on the 1st of November.
           Row{"America/New_York", "2026-10-29T15:00:00Z", "2026-11-01T04:00:00Z"},
           Row{"America/New_York", "2026-10-30T15:00:00Z", "2026-11-02T05:00:00Z"},
           // A midnight that the clocks skip.
           Row{"America/Sao_Paulo", "2018-11-01T15:00:00Z", "2018-11-04T03:00:00Z"},
           Row{"Pacific/Kiritimati", "2026-06-01T09:59:00Z", "2026-06-03T10:00:00Z"},
       }) {
    CAPTURE(row.zone);
    CAPTURE(row.last_attempt);
    CHECK(due_in(row.zone, row.last_attempt) == row.due_at);
  }
}

TEST_CASE("B7 what is not taken is never due, and says why") {
  Bench bench;
  auto row = declined("S");
  row.card.token.clear();
  const ports::Plan no_card = bench.desk.planner.plan(row);
  CHECK_FALSE(no_card.due_at.has_value());
  REQUIRE(no_card.refusal.has_value());
  CHECK(no_card.refusal->reason == billing::NotTaken::no_card);
  row.status = billing::SubscriptionStatus::active;
  row.declined.reset();
  const ports::Plan active = bench.desk.planner.plan(row);
  CHECK_FALSE(active.due_at.has_value());
  REQUIRE(active.refusal.has_value());
  CHECK(active.refusal->reason == billing::NotTaken::not_in_recycle_billing);
}

TEST_CASE("S4: a row of an older config, at what is FlexFactor's now, is not claimed") {
  Bench bench;
  bench.accept(declined("S"));
  CHECK(bench.subscription("S").plan.due_at.has_value());
  bench.rules.gateways.at(GatewayId("bank")).flexfactor = billing::FlexFactorTerms();
  bench.clock.at += std::chrono::days(9);
  CHECK(bench.scan_now() == 0);
  CHECK(bench.tally.held ==
        std::map<billing::NotTaken, std::int64_t>{{billing::NotTaken::declined_at_flexfactor, 1}});
  const auto stored = bench.subscription("S");
  CHECK_FALSE(stored.plan.due_at.has_value());
  CHECK(stored.plan.refusal->detail == "gateway_id bank is a FlexFactor gateway of the config");
  bench.in([&](auto& tx) { CHECK(tx.recoveries_of(stored.key).empty()); });
}

TEST_CASE("L1 ids on the wire are derived: the same after every crash and on every machine") {
  const InstallationId installation("installation-1");
  const SubscriptionId subscription("S-1001");
  const OrderId order = order_id(installation, subscription, 5, 1);
  // Stored ledgers hold these: a change here charges somebody twice.
  CHECK(order.str() == "4c2b9b93-35f7-806b-aad0-3e64435cbbf0");
  CHECK(order_id(installation, subscription, 5, 2).str() == "7cc92702-d4d1-81f5-8999-ce9c8a1613c1");
  CHECK(idempotency_key(order, 1).str() == "b14ad60e-7e9f-8132-b9e7-5fad4778ede8");
  CHECK(idempotency_key(order, 2).str() == "6e61dc69-866d-8b0b-afce-2854fb51bd6c");
  // Neither neighbours nor other ways to cut the same text meet.
  CHECK(order != order_id(installation, subscription, 6, 1));
  CHECK(order != order_id(InstallationId("installation-2"), subscription, 5, 1));
  CHECK(order_id(installation, SubscriptionId("S"), 11, 1) !=
        order_id(installation, SubscriptionId("S1"), 1, 1));
  CHECK(order_id(installation, SubscriptionId("S"), 1, 11) !=
        order_id(installation, SubscriptionId("S"), 11, 1));
}

}  // namespace
}  // namespace recycled::engine
