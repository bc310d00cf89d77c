// The conformance suite's part about new sales: kept whole, replaced, found, and recovered beside
// subscriptions without either getting in the other's way.
#include "unit/store/conformance.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store::conformance {
namespace {

billing::Sale plain_sale(const std::string& id) {
  billing::Sale sale;
  sale.id = SaleId(id);
  sale.gateway = GatewayId("bank");
  sale.amount.minor = 4995;
  billing::Declined declined;
  declined.at = noon;
  declined.last_attempt_at = noon;
  declined.code = "51";
  sale.declined = declined;
  return sale;
}

billing::Sale full_sale(const std::string& id) {
  const auto subscription = full_subscription(id);
  billing::Sale sale = plain_sale(id);
  sale.status = billing::SaleStatus::pending;
  sale.type = billing::SaleType::trial_completion;
  sale.amount = Money{1200, *Currency::parse("JPY")};
  sale.declined = subscription.declined;
  sale.subscription = SubscriptionId("S");
  sale.routing_profile = RoutingProfileId("atri");
  sale.customer = subscription.customer;
  sale.campaign = subscription.campaign;
  sale.product = subscription.product;
  sale.card = subscription.card;
  sale.payer = subscription.payer;
  return sale;
}

ports::NewRecovery recovery_of(SaleKey key, const std::string& order, int round) {
  billing::Recovery recovery = plain_recovery(order, 1);
  recovery.kind = billing::RecoveryKind::rerun;
  recovery.round = round;
  recovery.reattempt = 0;
  return {key, recovery, "request of " + order};
}

}  // namespace

void keeps_every_field_of_a_sale(const MakeLedger& make) {
  const auto ledger = make();
  const auto full = full_sale("full");
  auto bare = plain_sale("bare");
  bare.status = billing::SaleStatus::complete;
  bare.declined.reset();
  in(*ledger, [&](ports::LedgerTx& tx) {
    tx.put_sale(full, noon + Millis(7));
    tx.put_sale(bare, noon);
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto one = tx.sale(SaleId("full"));
    REQUIRE(one.has_value());
    CHECK(one->sale == full);
    CHECK(one->imported_at == noon + Millis(7));
    CHECK(tx.sale(SaleId("bare"))->sale == bare);
    CHECK_FALSE(tx.sale(SaleId("absent")).has_value());
    // Put again: replaced, under the same key.
    const auto key = tx.put_sale(plain_sale("full"), noon + Millis(9));
    CHECK(key == one->key);
    CHECK(tx.sale(key).sale == plain_sale("full"));
    CHECK(tx.sale(key).changed_at == noon + Millis(9));
    CHECK(tx.sale(key).imported_at == noon + Millis(7));
    tx.set_sale_status(key, billing::SaleStatus::complete, noon);
    CHECK(tx.sale(key).sale.status == billing::SaleStatus::complete);
    CHECK(tx.counts().sales.at(billing::SaleStatus::complete) == 2);
  });
}

void finds_sales(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    tx.put_sale(full_sale("one"), noon);
    tx.put_sale(full_sale("two"), noon);
    tx.put_sale(plain_sale("of none"), noon);
    CHECK(tx.sales_of(SubscriptionId("S")).size() == 2);
    CHECK(tx.sales_of(SubscriptionId("")).empty());
    for (int n = 0; n < 5; ++n) {
      auto sale = plain_sale("n" + std::to_string(n));
      sale.declined->at = noon + std::chrono::hours(n);
      tx.put_sale(sale, noon);
    }
    const Instant from = noon + std::chrono::hours(1);
    const Instant to = noon + std::chrono::hours(4);
    for (const char* id : {"twin of n2", "another"}) {  // declined at the very same instant
      auto twin = plain_sale(id);
      twin.declined->at = noon + std::chrono::hours(2);
      tx.put_sale(twin, noon);
    }
    std::vector<std::string> walked;
    ports::DueCursor after{from, 0};
    for (;;) {
      const auto some = tx.sales_declined(to, after, 2);
      CHECK(some.size() <= 2);
      if (some.empty()) break;
      for (const auto& stored : some) walked.push_back(stored.sale.id.str());
      after = {some.back().sale.declined->at, some.back().key.value()};
    }
    CHECK(walked == std::vector<std::string>{"n1", "n2", "twin of n2", "another", "n3"});
  });
}

void lists_what_is_held(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const billing::Refusal held{billing::NotTaken::unclassified_decline, "51"};
    const billing::Refusal hard{billing::NotTaken::hard_decline, "51"};
    for (const char* id : {"S1", "S2", "S3"}) {
      tx.put_subscription(plain_subscription(id), ports::Plan{std::nullopt, held}, noon);
    }
    tx.put_subscription(plain_subscription("other"), ports::Plan{std::nullopt, hard}, noon);
    auto gone = plain_subscription("gone");
    gone.status = billing::SubscriptionStatus::cancelled;
    tx.put_subscription(gone, ports::Plan{std::nullopt, held}, noon);
    CHECK(tx.held(9).size() == 3);
    REQUIRE(tx.held(2).size() == 2);
    CHECK(tx.held(2)[1].subscription.id == SubscriptionId("S2"));

    auto stated = plain_sale("stated");
    stated.declined->stated = billing::DeclineClass::soft;
    auto paid = plain_sale("paid");
    paid.status = billing::SaleStatus::complete;
    for (const auto& sale : {plain_sale("O1"), stated, plain_sale("O2"), paid, plain_sale("O3")}) {
      tx.put_sale(sale, noon);
    }
    const auto first = tx.sales_without_class(SaleKey(), 2);
    REQUIRE(first.size() == 2);
    CHECK(first[1].sale.id == SaleId("O2"));
    const auto rest = tx.sales_without_class(first.back().key, 2);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].sale.id == SaleId("O3"));
  });
}

void one_live_recovery_a_sale(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto sale = tx.put_sale(full_sale("O"), noon);
    const auto other = tx.put_sale(plain_sale("P"), noon);
    const auto first = tx.insert_recovery(recovery_of(sale, "order-1", 1));
    REQUIRE(first.has_value());
    CHECK_FALSE(tx.insert_recovery(recovery_of(sale, "order-2", 2)).has_value());
    CHECK(tx.insert_recovery(recovery_of(other, "order-3", 1)).has_value());
    const auto stored = tx.recovery(*first);
    CHECK((stored.subject == ports::Subject(sale)));
    CHECK(stored.sale == SaleId("O"));
    CHECK((std::get<billing::SaleStatus>(stored.standing.status) == tx.sale(sale).sale.status));
    CHECK(stored.subscription == SubscriptionId("S"));
    CHECK(stored.recovery.kind == billing::RecoveryKind::rerun);
    CHECK(tx.recovery(OrderId("order-3"))->subscription.empty());
    auto ended = stored.recovery;
    ended.state = billing::RecoveryState::failed;
    ended.step = billing::Step::none;
    ended.next_at.reset();
    CHECK(tx.update_recovery(*first, stored.recovery, ended));
    CHECK(tx.insert_recovery(recovery_of(sale, "order-2", 2)).has_value());
    CHECK(tx.recoveries_of(sale).size() == 2);
    // A subscription of the same key number is another's.
    const auto subscription = put(tx, "S");
    CHECK(tx.recoveries_of(subscription).empty());
    tx.add_audit({noon, first, sale, "of the sale", "", "", ""});
    tx.add_audit({noon, std::nullopt, subscription, "of the subscription", "", "", ""});
    REQUIRE(tx.audit_of(sale).size() == 1);
    CHECK(tx.audit_of(sale)[0].event == "of the sale");
    CHECK((tx.audit_of(sale)[0].subject == ports::Subject(sale)));
    REQUIRE(tx.audit_of(subscription).size() == 1);
    tx.set_rebill(subscription, billing::RebillWith::card_number_without_cvv);
    CHECK(tx.subscription(subscription).rebill_with ==
          billing::RebillWith::card_number_without_cvv);
  });
}

}  // namespace recycled::store::conformance
