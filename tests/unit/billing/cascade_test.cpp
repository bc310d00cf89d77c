#include "billing/cascade.hpp"

#include "base/ensure.hpp"
#include "sale_fixture.hpp"

namespace recycled::billing {

using namespace fixture;

namespace {

CascadeVerdict judge(const SaleScene& scene) { return decide_cascade(scene.sale, scene.rules); }

void check_cascades(const SaleScene& scene, const char* to, const char* by) {
  const auto verdict = judge(scene);
  if (const auto* refusal = std::get_if<SaleRefusal>(&verdict)) {
    MESSAGE(to_text(refusal->reason) << " " << refusal->detail);
  }
  REQUIRE(std::holds_alternative<Cascade>(verdict));
  const auto& cascade = std::get<Cascade>(verdict);
  CHECK(cascade.provider_gateway == GatewayId(to));
  CHECK(cascade.amount == scene.sale.amount);
  CHECK(cascade.decided_by == by);
}

void send_all(SaleScene& scene, const char* to = "ff-2") {
  scene.rules.gateways.at(GatewayId(to)).flexfactor->cascade_all = true;
}

constexpr const char* direct = "cascade profile direct of gateway nmi-1";
constexpr const char* routed = "cascade profile routed of routing profile atri";

}  // namespace

TEST_CASE("C1: the cascade profile of the way that the sale took decides, and is named") {
  struct Row {
    Change change;
    const char* to;
    const char* by;
  };
  const std::vector<Row> rows{
      {[](SaleScene&) {}, "ff-1", direct},
      {[](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("atri"); }, "ff-2", routed},
      // A routing profile that sets none leaves it to the gateway.
      {[](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("plain"); }, "ff-1", direct},
      {[](SaleScene& s) {
         s.sale.routing_profile = RoutingProfileId("atri");
         s.rules.routing_profiles.clear();
       },
       "ff-1", direct},
      // The routing profile's counts where the gateway has none, and only for what came through it.
      {[](SaleScene& s) {
         s.sale.gateway = GatewayId("nmi-2");
         s.sale.routing_profile = RoutingProfileId("atri");
       },
       "ff-2", routed},
      // FlexFactor first, last, alone: it is found.
      {[](SaleScene& s) {
         s.rules.cascade_profiles.begin()->second.gateways = {GatewayId("ff-2")};
       },
       "ff-2", direct},
      {[](SaleScene& s) {
         s.rules.cascade_profiles.begin()->second.gateways = {GatewayId("ff-2"), GatewayId("ff-1")};
       },
       "ff-2", direct},
      {[](SaleScene& s) { s.sale.type = SaleType::trial_completion; }, "ff-1", direct},
      {[](SaleScene& s) { s.sale.subscription = SubscriptionId("s-1"); }, "ff-1", direct},
  };
  for (const Row& row : rows) check_cascades(changed(row.change), row.to, row.by);
}

TEST_CASE("C1: without a cascade profile that leads to FlexFactor nothing cascades") {
  const std::vector<RefusedRow> rows{
      {[](SaleScene& s) { s.sale.gateway = GatewayId("nmi-2"); }, SaleRefused::no_cascade,
       "gateway nmi-2"},
      {[](SaleScene& s) {
         s.sale.gateway = GatewayId("nmi-2");
         s.sale.routing_profile = RoutingProfileId("plain");
       },
       SaleRefused::no_cascade, "gateway nmi-2"},
      {[](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("gone"); },
       SaleRefused::unknown_routing_profile, "gone"},
      {[](SaleScene& s) {
         s.rules.cascade_profiles.at(CascadeProfileId("direct")).gateways = {GatewayId("nmi-2")};
       },
       SaleRefused::no_flexfactor, direct},
      {[](SaleScene& s) { s.rules.cascade_profiles.at(CascadeProfileId("direct")).gateways = {}; },
       SaleRefused::no_flexfactor, direct},
      // A routing profile's setting counts even where it leads nowhere.
      {[](SaleScene& s) {
         s.sale.routing_profile = RoutingProfileId("atri");
         s.rules.cascade_profiles.at(CascadeProfileId("routed")).gateways = {GatewayId("nmi-2")};
       },
       SaleRefused::no_flexfactor, routed},
  };
  for (const RefusedRow& row : rows)
    check_refused(judge(changed(row.change)), {row.reason, row.detail});
}

TEST_CASE("C2: expiry_days plays no part in where a sale cascades to") {
  for (const int days : {1, 21}) {
    SaleScene scene = sale_scene();
    scene.rules.gateways.at(GatewayId("ff-1")).flexfactor->expiry_days = days;
    check_cascades(scene, "ff-1", direct);
  }
}

TEST_CASE("C3: an order without ip_address cannot be cascaded, cascade_all or not") {
  for (const bool all : {false, true}) {
    SaleScene scene = sale_scene();
    if (all) send_all(scene);
    scene.sale.payer.ip_address.clear();
    check_refused(judge(scene), {SaleRefused::no_ip_address, ""});
  }
}

TEST_CASE("C4: cascade_all needs no cascade profile and overrides them all") {
  const std::vector<Change> settings{
      [](SaleScene&) {},
      [](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("atri"); },
      [](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("plain"); },
      [](SaleScene& s) { s.sale.routing_profile = RoutingProfileId("gone"); },
      [](SaleScene& s) { s.sale.gateway = GatewayId("nmi-2"); },
      [](SaleScene& s) {
        s.rules.cascade_profiles.clear();
        s.rules.routing_profiles.clear();
        s.rules.gateways.at(GatewayId("nmi-1")).cascade = CascadeProfileId();
      },
      [](SaleScene& s) {
        s.rules.cascade_profiles.at(CascadeProfileId("direct")).gateways = {GatewayId("nmi-2")};
      },
  };
  for (const Change& setting : settings) {
    for (const char* to : {"ff-1", "ff-2"}) {
      SaleScene scene = changed(setting);
      send_all(scene, to);
      check_cascades(scene, to, "cascade_all");
    }
  }
}

TEST_CASE("C4, H1: cascade_all sends soft declines alone, and nothing else that is refused") {
  for (const RefusedRow& row : refused_both_ways()) {
    SaleScene scene = changed(row.change);
    send_all(scene);
    check_refused(judge(scene), {row.reason, row.detail});
  }
}

TEST_CASE("C5: a campaign with single-transaction orders does not cascade, cascade_all or not") {
  for (const bool all : {false, true}) {
    SaleScene scene = sale_scene();
    if (all) send_all(scene);
    scene.rules.campaigns.at(CampaignId("spring")).single_transaction = true;
    check_refused(judge(scene), {SaleRefused::single_transaction, "spring"});
    // Its disabled recycle billing is another matter, as is another campaign's setting.
    scene.rules.campaigns.at(CampaignId("spring")) = {CampaignId("spring"),
                                                      RecycleBilling::disabled};
    scene.rules.campaigns[CampaignId("fall")] = {CampaignId("fall"), {}, true};
    CHECK(std::holds_alternative<Cascade>(judge(scene)));
  }
}

TEST_CASE("C5: a campaign that the config does not know is not taken for one without the setting") {
  SaleScene scene = sale_scene();
  scene.sale.campaign = CampaignId("winter");
  check_refused(judge(scene), {SaleRefused::unknown_campaign, "winter"});
  scene.rules.campaigns.clear();
  check_cascades(scene, "ff-1", direct);
  scene.sale.campaign = CampaignId();
  check_cascades(scene, "ff-1", direct);
}

TEST_CASE("H1: a cascade is refused for what the sale is, each with its reason") {
  for (const RefusedRow& row : refused_both_ways()) {
    check_refused(judge(changed(row.change)), {row.reason, row.detail});
  }
}

TEST_CASE("H2, H3: a cascade goes by the decline mapping for new orders") {
  for (const MappedRow& row : mapped_declines()) {
    CAPTURE(row.what);
    CHECK(std::holds_alternative<Cascade>(judge(mapped(row))) == row.sent);
  }
}

TEST_CASE("S4: a sale that FlexFactor itself declined is not salvaged there") {
  SaleScene scene = sale_scene();
  send_all(scene);
  scene.sale.gateway = GatewayId("ff-1");
  check_refused(judge(scene), {SaleRefused::declined_at_flexfactor,
                               "gateway_id ff-1 is a FlexFactor gateway of the config"});
}

TEST_CASE("what the config says is said before what the order lacks") {
  SaleScene scene = sale_scene();
  scene.sale.payer.ip_address.clear();
  scene.sale.card.token.clear();
  scene.sale.declined->stated = DeclineClass::hard;
  const auto refuses = [&scene](SaleRefused reason) {
    const auto verdict = judge(scene);
    CHECK(to_text(std::get<SaleRefusal>(verdict).reason) == to_text(reason));
  };
  refuses(SaleRefused::hard_decline);
  scene.rules.gateways.at(GatewayId("nmi-1")).cascade = CascadeProfileId();
  refuses(SaleRefused::no_cascade);
  scene.rules.campaigns.begin()->second.single_transaction = true;
  refuses(SaleRefused::single_transaction);
}

TEST_CASE("a setting that names no cascade profile of the rules is our bug") {
  SaleScene scene = sale_scene();
  scene.rules.cascade_profiles.clear();
  CHECK_THROWS_AS(judge(scene), Bug);
}

}  // namespace recycled::billing
