#include "billing/rerun.hpp"

#include "base/ensure.hpp"
#include "sale_fixture.hpp"

namespace recycled::billing {

using namespace fixture;

namespace {

RerunVerdict judge(const SaleScene& scene, const char* at = "ff-1") {
  return assess_rerun(scene.sale, GatewayId(at), scene.rules);
}

bool is_taken(const SaleScene& scene) { return std::holds_alternative<Rerun>(judge(scene)); }

}  // namespace

TEST_CASE("N1: an initial decline is re-run at the FlexFactor gateway that is named, in full") {
  const Money amount = sale_scene().sale.amount;
  for (const char* at : {"ff-1", "ff-2"}) {
    CHECK(judge(sale_scene(), at) == RerunVerdict(Rerun{GatewayId(at), amount}));
  }
  const std::vector<Change> no_matter{
      [](SaleScene& s) { s.sale.subscription = SubscriptionId("s-1"); },  // recurring products
      [](SaleScene& s) { s.sale.type = SaleType::trial_completion; },
      [](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("atri"); },
      [](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("gone"); },
      [](SaleScene& s) { s.sale.campaign = CampaignId(); },
      [](SaleScene& s) {
        s.sale.campaign = CampaignId("winter");
        s.rules.campaigns.clear();
      },
      // C3 and C5 are about cascades.
      [](SaleScene& s) { s.sale.payer.ip_address.clear(); },
      [](SaleScene& s) { s.rules.campaigns.begin()->second.single_transaction = true; },
      [](SaleScene& s) { s.rules.cascade_profiles.clear(); },
  };
  for (const Change& change : no_matter) CHECK(is_taken(changed(change)));
}

TEST_CASE("N1: anything but a FlexFactor gateway is refused by name, whatever the sale") {
  const auto complete = [](SaleScene& s) { s.sale.status = SaleStatus::complete; };
  for (const SaleScene& scene : {sale_scene(), changed(complete)}) {
    check_refused(judge(scene, "atri"),
                  {SaleRefused::routing_profile, "atri is a routing profile"});
    check_refused(judge(scene, "plain"),
                  {SaleRefused::routing_profile, "plain is a routing profile"});
    check_refused(judge(scene, "nmi-1"), {SaleRefused::not_flexfactor, "nmi-1 is of kind nmi"});
    check_refused(judge(scene, "nmi-2"), {SaleRefused::not_flexfactor, "nmi-2 is of kind nmi"});
    check_refused(judge(scene, "ff-3"), {SaleRefused::no_such_gateway, "ff-3"});
    check_refused(judge(scene, ""), {SaleRefused::no_such_gateway, ""});
  }
}

TEST_CASE("N1, H1: a rerun is refused for what the sale is, each with its reason") {
  for (const RefusedRow& row : refused_both_ways()) {
    check_refused(judge(changed(row.change)), {row.reason, row.detail});
  }
}

// A row that came in under a config in which ff-2 was the merchant's own, or a routing profile.
TEST_CASE("S4: a sale at FlexFactor, or through what has its name, is not salvaged there") {
  const auto at = [](SaleScene& s) { s.sale.gateway = GatewayId("ff-2"); };
  check_refused(judge(changed(at)), {SaleRefused::declined_at_flexfactor,
                                     "gateway_id ff-2 is a FlexFactor gateway of the config"});
  const auto through = [](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("ff-2"); };
  check_refused(judge(changed(through)),
                {SaleRefused::declined_at_flexfactor,
                 "routing_profile_id ff-2 is a FlexFactor gateway of the config"});
}

TEST_CASE("H2, H3: a rerun goes by the decline mapping for new orders") {
  for (const MappedRow& row : mapped_declines()) {
    CAPTURE(row.what);
    CHECK(is_taken(mapped(row)) == row.sent);
  }
}

TEST_CASE("H2: a mapping does not bring back a code that is never sent") {
  SaleScene scene = sale_scene();
  scene.rules.never_send_codes = {"51"};
  scene.rules.decline_rules = {
      {GatewayId("nmi-1"), OrderScope::initial, "funds", DeclineClass::soft}};
  check_refused(judge(scene), {SaleRefused::never_send_code, "51 Insufficient funds"});
}

TEST_CASE("a declined sale without its decline is our bug") {
  const auto lost = [](SaleScene& s) { s.sale.declined.reset(); };
  CHECK_THROWS_AS(judge(changed(lost)), Bug);
}

}  // namespace recycled::billing
