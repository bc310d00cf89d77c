// What is told to the merchant's systems of which decision.
#include "engine/announce.hpp"

#include "engine/rerun.hpp"
#include "unit/engine/relay_bench.hpp"

namespace recycled::engine {
namespace {

std::vector<std::string> types_of(RelayBench& bench) {
  bench.webhook.got.clear();
  bench.pass();
  std::vector<std::string> types;
  for (const auto& one : bench.webhook.got) types.push_back(one.type);
  return types;
}

using Types = std::vector<std::string>;

TEST_CASE("events: what a decision tells is told in its transaction, once, in order") {
  RelayBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", billing::RecoveryState::waiting);
  const auto hear = [&](billing::News news) {
    const billing::Event event =
        billing::Learned{news, billing::Source::callback, ProviderOrderId("theirs"), std::nullopt};
    bench.in([&](auto& tx) { apply(tx, key, event, bench.desk, {bench.clock.at, 0.5, {}}); });
  };
  hear(billing::News::challenge);
  CHECK(types_of(bench) == Types{"recovery.parked"});
  hear(billing::News::challenge);
  CHECK(types_of(bench).empty());
  hear(billing::News::completed);
  CHECK(types_of(bench) == Types{"subscription.recovered", "fulfillment.requested"});
  hear(billing::News::refunded);
  CHECK(types_of(bench) == Types{"refund.received"});
  hear(billing::News::refunded);
  hear(billing::News::charged_back);
  CHECK(types_of(bench) == Types{"chargeback.received"});
}

TEST_CASE("events: a failure, and a success that comes after it") {
  for (const auto policy : {billing::LateSuccess::accept, billing::LateSuccess::hold}) {
    RelayBench bench;
    bench.rules.late_success = policy;
    bench.accept(declined("S"));
    const auto key = bench.hand_over("S", billing::RecoveryState::waiting);
    const auto hear = [&](billing::News news) {
      const billing::Event event = billing::Learned{news, billing::Source::callback,
                                                    ProviderOrderId("theirs"), std::nullopt};
      bench.in([&](auto& tx) { apply(tx, key, event, bench.desk, {bench.clock.at, 0.5, {}}); });
    };
    hear(billing::News::expired);
    CHECK(types_of(bench) == Types{"subscription.recycle_failed"});
    hear(billing::News::completed);
    const Types late =
        policy == billing::LateSuccess::accept
            ? Types{"subscription.recovered", "fulfillment.requested", "recovery.late_success"}
            : Types{"recovery.parked", "recovery.late_success"};
    CHECK(types_of(bench) == late);
  }
}

TEST_CASE("events: they say what to do: amount, gateway gone back to, next bill date, orders") {
  RelayBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", billing::RecoveryState::waiting);
  const billing::Event event = billing::Learned{billing::News::completed, billing::Source::callback,
                                                ProviderOrderId("theirs"), std::nullopt};
  bench.in([&](auto& tx) { apply(tx, key, event, bench.desk, {bench.clock.at, 0.5, {}}); });
  const auto order = bench.recovery(key).order;
  bench.in([&](auto& tx) {
    const auto told = tx.event(OutboxKey(1)).value().event;
    CHECK(told.subscription == SubscriptionId("S"));
    CHECK(told.cycle == 5);
    CHECK(told.amount == Money{8995, {}});
    CHECK(told.gateway == GatewayId("bank"));
    CHECK(told.next_bill_on == parse_date("2026-12-23"));
    CHECK(told.order == order);
    CHECK(told.provider_order == ProviderOrderId("theirs"));
  });
}

TEST_CASE("event_id: other installations and restored backups never share one") {
  ports::OutboundEvent event;
  event.key = OutboxKey(7);
  event.type = "a.b";
  event.at = noon;
  const auto id = event_id(InstallationId("one"), event);
  CHECK(id == event_id(InstallationId("one"), event));
  CHECK(id != event_id(InstallationId("two"), event));
  auto restored = event;
  restored.at += Millis(1);
  CHECK(id != event_id(InstallationId("one"), restored));
}

TEST_CASE("N2 N3 events: what becomes of a new sale, and how its subscription is rebilled") {
  RelayBench bench;
  const auto sale = [&](const char* id, const char* subscription) {
    auto made = declined_sale(id);
    made.subscription = SubscriptionId(subscription);
    bench.in([&](auto& tx) { accept_sale(tx, made, bench.desk, bench.clock.at); });
    return std::get<ports::StoredRecovery>(bench.rerun(made.id)).key;
  };
  const auto hear = [&](RecoveryKey key, billing::News news) {
    const billing::Event event =
        billing::Learned{news, billing::Source::callback, ProviderOrderId("theirs"), std::nullopt};
    bench.in([&](auto& tx) { apply(tx, key, event, bench.desk, {bench.clock.at, 0.5, {}}); });
  };
  hear(sale("won", "S"), billing::News::completed);
  CHECK(types_of(bench) == Types{"order.completed", "fulfillment.requested"});
  REQUIRE(bench.webhook.got.size() == 2);
  CHECK(bench.webhook.got[0].event.sale == SaleId("won"));
  CHECK(bench.webhook.got[0].event.subscription == SubscriptionId("S"));
  CHECK(bench.webhook.got[0].event.rebill_with == "card_number_without_cvv");
  hear(sale("single", ""), billing::News::completed);
  CHECK(types_of(bench) == Types{"order.completed", "fulfillment.requested"});
  CHECK(bench.webhook.got[0].event.rebill_with.empty());
  hear(sale("lost", ""), billing::News::expired);
  CHECK(types_of(bench) == Types{"order.declined"});
}

}  // namespace
}  // namespace recycled::engine
