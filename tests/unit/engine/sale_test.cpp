// New sales: taken in, re-run by name, and what becomes of them (N1-N3).
#include "engine/apply.hpp"
#include "engine/rerun.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::News;
using billing::RecoveryState;
using billing::SaleRefused;
using billing::SaleStatus;

const Moment now{noon, 0.5, std::nullopt};

billing::Event learned(News news) {
  return billing::Learned{news, billing::Source::callback, ProviderOrderId("theirs"), std::nullopt};
}

struct SaleBench : Bench {
  Accepted take(const billing::Sale& sale) {
    Accepted accepted = Accepted::unchanged;
    in([&](auto& tx) { accepted = accept_sale(tx, sale, desk, clock.at); });
    return accepted;
  }
  RerunClaim rerun(const std::string& id, const std::string& at = "ff") {
    return Bench::rerun(SaleId(id), GatewayId(at));
  }
  RecoveryKey taken(const std::string& id) {
    return std::get<ports::StoredRecovery>(rerun(id)).key;
  }
  SaleRefused refusal(const std::string& id, const std::string& at = "ff") {
    return std::get<billing::SaleRefusal>(rerun(id, at)).reason;
  }
  void hear(RecoveryKey key, News news) {
    in([&](auto& tx) { apply(tx, key, learned(news), desk, now); });
  }
  SaleStatus status(const std::string& id) {
    SaleStatus status = SaleStatus::partial;
    in([&](auto& tx) { status = tx.sale(SaleId(id))->sale.status; });
    return status;
  }
};

}  // namespace

TEST_CASE("N1: a declined sale is handed over by naming the gateway, with all of expiry_days") {
  SaleBench bench;
  CHECK(bench.take(declined_sale("O")) == Accepted::inserted);
  CHECK(bench.take(declined_sale("O")) == Accepted::unchanged);
  const auto claim = std::get<ports::StoredRecovery>(bench.rerun("O"));
  CHECK(claim.sale == SaleId("O"));
  CHECK(claim.recovery.kind == billing::RecoveryKind::rerun);
  CHECK(claim.recovery.amount.minor == 4995);
  CHECK(claim.recovery.provider_gateway == GatewayId("ff"));
  CHECK(claim.recovery.return_gateway == GatewayId("bank"));
  CHECK(claim.recovery.expires_at == bench.calendar->add_days(noon, 21));
  CHECK(bench.recovery(claim.key).next_at == noon);
  bench.in([&](auto& tx) {
    CHECK(tx.request(claim.key).starts_with(claim.recovery.order.str()));
    REQUIRE(tx.audit_of(tx.sale(SaleId("O"))->key).size() == 1);
  });
}

TEST_CASE("X2: what a rerun would do is what it does, and a plan writes nothing") {
  SaleBench bench;
  bench.take(declined_sale("O"));
  RerunClaim plan;
  Draft draft = bench.new_draft();
  bench.in([&](auto& tx) {
    plan = plan_rerun(tx, *tx.sale(SaleId("O")), GatewayId("ff"), bench.desk, noon, draft);
    CHECK(tx.recoveries_of(tx.sale(SaleId("O"))->key).empty());
  });
  const auto planned = std::get<ports::StoredRecovery>(plan);
  CHECK(planned.recovery == std::get<ports::StoredRecovery>(bench.rerun("O")).recovery);
}

TEST_CASE("L5: a sale is not handed over twice, and again only after a failure") {
  SaleBench bench;
  bench.take(declined_sale("O"));
  const auto first = bench.taken("O");
  CHECK(bench.refusal("O") == SaleRefused::open_recovery);
  bench.hear(first, News::expired);
  const auto second = bench.taken("O");
  CHECK(bench.recovery(second).round == 2);
  CHECK(bench.recovery(second).order != bench.recovery(first).order);
  bench.hear(second, News::completed);
  CHECK(bench.refusal("O") == SaleRefused::already_handed_over);
}

TEST_CASE("N1 H1: what the rules refuse is not handed over") {
  SaleBench bench;
  auto hard = declined_sale("hard");
  hard.declined->stated = billing::DeclineClass::hard;
  bench.take(hard);
  bench.take(declined_sale("O"));
  CHECK(bench.refusal("hard") == SaleRefused::hard_decline);
  CHECK(bench.refusal("O", "bank") == SaleRefused::not_flexfactor);
  CHECK(bench.refusal("O", "nowhere") == SaleRefused::no_such_gateway);
}

TEST_CASE("X2: of several reruns of one card no more are planned than the cap then lets through") {
  SaleBench bench;
  bench.rules.card_cap = 2;
  const std::vector<std::string> ids{"O-1", "O-2", "O-3"};
  for (const std::string& id : ids) bench.take(declined_sale(id));
  Draft draft = bench.new_draft();
  std::vector<RerunClaim> plans;
  bench.in([&](auto& tx) {
    for (const std::string& id : ids) {
      plans.push_back(
          plan_rerun(tx, *tx.sale(SaleId(id)), GatewayId("ff"), bench.desk, noon, draft));
    }
  });
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CAPTURE(ids[i]);
    const auto claim = bench.rerun(ids[i]);
    CHECK(std::holds_alternative<ports::StoredRecovery>(claim) == (i < 2));
    CHECK(claim.index() == plans[i].index());
  }
}

TEST_CASE("X2: what was handed over for a plan is found by it, whatever became of it since") {
  SaleBench bench;
  bench.take(declined_sale("O"));
  bench.in([&](auto& tx) {
    CHECK_FALSE(claimed_for(tx, tx.sale(SaleId("O"))->key, "plan 1").has_value());
  });
  bench.Bench::rerun(SaleId("O"), GatewayId("ff"), "plan 1");
  bench.in([&](auto& tx) {
    const auto sale = *tx.sale(SaleId("O"));
    CHECK(claimed_for(tx, sale.key, "plan 1").has_value());
    CHECK_FALSE(claimed_for(tx, sale.key, "plan 2").has_value());
    CHECK_FALSE(claimed_for(tx, sale.key, "").has_value());
  });
  RecoveryKey key;
  bench.in([&](auto& tx) { key = claimed_for(tx, tx.sale(SaleId("O"))->key, "plan 1")->key; });
  bench.hear(key, News::expired);
  bench.in([&](auto& tx) {
    const auto before = claimed_for(tx, tx.sale(SaleId("O"))->key, "plan 1");
    CHECK(before->recovery.state == RecoveryState::failed);
  });
}

TEST_CASE("S4: a sale of an older config, at what is FlexFactor's now, is not handed over") {
  SaleBench bench;
  bench.take(declined_sale("O"));
  bench.rules.gateways.at(GatewayId("bank")).flexfactor = billing::FlexFactorTerms();
  CHECK(bench.refusal("O") == SaleRefused::declined_at_flexfactor);
  bench.in([](auto& tx) { CHECK(tx.recoveries_of(tx.sale(SaleId("O"))->key).empty()); });
}

TEST_CASE("N2: success completes the order, failure leaves it declined") {
  SaleBench bench;
  bench.take(declined_sale("won"));
  bench.take(declined_sale("lost"));
  bench.hear(bench.taken("won"), News::completed);
  bench.hear(bench.taken("lost"), News::expired);
  CHECK(bench.status("won") == SaleStatus::complete);
  CHECK(bench.status("lost") == SaleStatus::declined);
}

TEST_CASE("N2: the failed completion of a trial leaves the order's status as it was") {
  SaleBench bench;
  auto trial = declined_sale("trial");
  trial.type = billing::SaleType::trial_completion;
  bench.take(trial);
  const auto key = bench.taken("trial");
  bench.in([&](auto& tx) {  // the merchant's word about it while FlexFactor works
    tx.set_sale_status(tx.sale(SaleId("trial"))->key, SaleStatus::pending, noon);
  });
  bench.hear(key, News::expired);
  CHECK(bench.status("trial") == SaleStatus::pending);
  CHECK(bench.recovery(key).state == RecoveryState::failed);
}

TEST_CASE("N3: the subscription of a recovered sale is rebilled with card number and without CVV") {
  const auto marked = billing::RebillWith::card_number_without_cvv;
  SaleBench bench;
  auto row = declined("S");
  row.status = billing::SubscriptionStatus::active;
  row.cycle = 1;
  row.declined.reset();
  auto sale = declined_sale("O");
  sale.subscription = SubscriptionId("S");
  bench.take(sale);
  SUBCASE("known before the sale was recovered") {
    bench.accept(row);
    bench.hear(bench.taken("O"), News::completed);
  }
  SUBCASE("told of afterwards") {
    bench.hear(bench.taken("O"), News::completed);
    bench.accept(row);
  }
  SUBCASE("told of afterwards, as of the cycle that is billed next") {
    bench.hear(bench.taken("O"), News::completed);
    row.cycle = 2;
    bench.accept(row);
  }
  SUBCASE("known before, and moved on to the cycle that is billed next") {
    bench.accept(row);
    bench.hear(bench.taken("O"), News::completed);
    row.cycle = 2;
    bench.accept(row);
  }
  CHECK(bench.subscription("S").rebill_with == marked);
  // That rebill declines: it comes through recycle billing like any other, and is still marked.
  auto rebill = declined("S");
  rebill.cycle = 2;
  bench.accept(rebill);
  CHECK(bench.subscription("S").rebill_with == marked);
  // The merchant has billed it itself: its gateway has a token again.
  row.cycle = 3;
  bench.accept(row);
  CHECK(bench.subscription("S").rebill_with == billing::RebillWith::as_ever);
}

TEST_CASE("L10: an order that is cancelled while FlexFactor has it is withdrawn there") {
  for (const auto status : {SaleStatus::cancelled, SaleStatus::refunded}) {
    SaleBench bench;
    bench.take(declined_sale("O"));
    const auto key = bench.taken("O");
    bench.in([&](auto& tx) { apply(tx, key, learned(News::still_open), bench.desk, now); });
    auto left = declined_sale("O");
    CHECK(bench.take(left) == Accepted::unchanged);
    left.status = status;
    CHECK(bench.take(left) == Accepted::withdrawing);
    CHECK(bench.recovery(key).state == RecoveryState::withdrawing);
    CHECK(bench.status("O") == status);
    // It had just completed: a success that is to be refunded.
    bench.hear(key, News::completed);
    CHECK(bench.recovery(key).state == RecoveryState::recovered);
    CHECK(bench.recovery(key).refund_due);
  }
}

async::Task<void> keep_accepted(const Context& context, std::vector<billing::Sale> rows,
                                AcceptedBatch& into) {
  auto batch = co_await accept_batch(context, std::move(rows));
  REQUIRE(batch.has_value());
  into = std::move(*batch);
}

async::Task<void> keep_claims(const Context& context, std::vector<RerunWish> wishes,
                              RerunClaims& into) {
  auto claims = co_await rerun_batch(context, std::move(wishes));
  REQUIRE(claims.has_value());
  into = std::move(*claims);
}

TEST_CASE("a batch of sales says what became of each, and only a withdrawal is work") {
  SaleBench bench;
  const auto push = [&bench](std::vector<billing::Sale> rows) {
    AcceptedBatch batch;
    bench.run(keep_accepted(bench.context, std::move(rows), batch));
    return batch;
  };
  const auto first = push({declined_sale("A"), declined_sale("A"), declined_sale("B")});
  CHECK(first.results == std::vector{Accepted::inserted, Accepted::unchanged, Accepted::inserted});
  CHECK_FALSE(first.work_is_due);  // nobody has named a gateway
  CHECK(push({}).results.empty());
  auto dearer = declined_sale("B");
  dearer.amount.minor += 1;
  const auto second = push({dearer});
  CHECK(second.results == std::vector{Accepted::updated});
  CHECK_FALSE(second.work_is_due);
  bench.taken("A");
  auto gone = declined_sale("A");
  gone.status = SaleStatus::cancelled;
  const auto left = push({dearer, gone});
  CHECK(left.results == std::vector{Accepted::unchanged, Accepted::withdrawing});
  CHECK(left.work_is_due);
  CHECK_FALSE(push({gone}).work_is_due);  // a repeat is no news
}

TEST_CASE("N1 L20: a batch of reruns claims what it can, each sale once, whatever else is in it") {
  SaleBench bench;
  auto hard = declined_sale("hard");
  hard.declined->stated = billing::DeclineClass::hard;
  bench.take(hard);
  bench.take(declined_sale("A"));
  bench.take(declined_sale("B"));
  const auto at = [](const char* id, const char* gateway) {
    return RerunWish{SaleId(id), GatewayId(gateway)};
  };
  const std::vector wishes{at("hard", "ff"), at("nobody", "ff"), at("A", "ff"),
                           at("A", "ff"),    at("B", "bank"),    at("B", "ff")};
  RerunClaims claims;
  bench.run(keep_claims(bench.context, wishes, claims));
  REQUIRE(claims.size() == wishes.size());
  const auto reason = [&claims](std::size_t place) {
    return std::get<billing::SaleRefusal>(*claims[place]).reason;
  };
  CHECK(reason(0) == SaleRefused::hard_decline);
  CHECK_FALSE(claims[1].has_value());
  const auto& first = std::get<ports::StoredRecovery>(*claims[2]);
  CHECK(first.sale == SaleId("A"));
  CHECK(bench.recovery(first.key) == first.recovery);
  CHECK(reason(3) == SaleRefused::open_recovery);
  CHECK(reason(4) == SaleRefused::not_flexfactor);
  CHECK(std::get<ports::StoredRecovery>(*claims[5]).sale == SaleId("B"));
  bench.run(keep_claims(bench.context, {at("A", "ff"), at("B", "ff")}, claims));
  CHECK(reason(0) == SaleRefused::open_recovery);
  CHECK(reason(1) == SaleRefused::open_recovery);
}

}  // namespace recycled::engine
