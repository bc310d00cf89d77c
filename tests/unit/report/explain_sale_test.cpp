#include "report/explain_sale.hpp"

#include <string>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "fake_ledger.hpp"
#include "support/usual.hpp"

namespace recycled::report {
namespace {

using billing::RecoveryState;
using billing::SaleRefused;

const Instant now = instant("2026-11-23T09:30:00Z");

struct Scene {
  Scene() {
    auto& sale = ledger.sales.emplace_back().sale;
    ledger.sales[0].key = SaleKey(1);
    sale.id = SaleId("o-1");
    sale.gateway = GatewayId("bank");
    sale.declined = testing::declined("any", now).declined;
    sale.card.token = "token";
  }
  billing::Sale& sale() { return ledger.sales[0].sale; }
  void hand_over(RecoveryState state) {
    auto& stored = ledger.recoveries.emplace_back();
    stored.subject = SaleKey(1);
    stored.recovery.order = OrderId("order-1");
    stored.recovery.state = state;
  }
  SaleExplanation told() {
    return gather_sale(ledger, rules, FiveHoursBehind(), "o-1", now).value();
  }
  std::string last_sentence() { return told().sentences.back(); }

  FakeLedger ledger;
  billing::Rules rules = testing::usual_rules();
};

TEST_CASE("X2: a declined order that a rerun would take says so") {
  Scene scene;
  CHECK_FALSE(scene.told().not_taken.has_value());
  CHECK(scene.last_sentence() ==
        "Next: nothing by itself; `recycled rerun` hands it to FlexFactor.");
  CHECK(nlohmann::json::parse(to_json(scene.told())).at("not_taken").is_null());
  scene.hand_over(RecoveryState::failed);
  CHECK_FALSE(scene.told().not_taken.has_value());
}

TEST_CASE("S4, H1, X2: an order that is not to be had says why, and where that stands") {
  Scene scene;
  SUBCASE("S4") {
    scene.rules.gateways.at(GatewayId("bank")).flexfactor = billing::FlexFactorTerms();
    const auto told = scene.told();
    CHECK(told.not_taken->reason == SaleRefused::declined_at_flexfactor);
    CHECK(told.sentences.at(told.sentences.size() - 2) ==
          "It is not taken: it was declined at FlexFactor, which salvages the declines of other "
          "gateways (gateway_id bank is a FlexFactor gateway of the config).");
    const auto json = nlohmann::json::parse(to_json(told));
    CHECK(json.at("not_taken").at("reason") == "declined_at_flexfactor");
  }
  SUBCASE("H1") {
    scene.sale().declined->stated.reset();
    CHECK(scene.told().not_taken->reason == SaleRefused::unclassified_decline);
  }
  CHECK(scene.last_sentence() ==
        "Next: nothing; once that is mended, `recycled rerun` hands it to FlexFactor.");
}

TEST_CASE("X2: what FlexFactor has or has charged is not taken again, and no rerun is offered") {
  Scene scene;
  SUBCASE("has") {
    scene.hand_over(RecoveryState::waiting);
    CHECK(scene.told().not_taken->reason == SaleRefused::open_recovery);
  }
  SUBCASE("has charged") {
    scene.hand_over(RecoveryState::recovered);
    scene.sale().status = billing::SaleStatus::complete;
    CHECK(scene.told().not_taken->reason == SaleRefused::already_handed_over);
    CHECK(scene.last_sentence() == "Next: nothing.");
  }
  CHECK(scene.last_sentence().find("rerun") == std::string::npos);
}

}  // namespace
}  // namespace recycled::report
