#include "config/digest.hpp"

#include <functional>
#include <set>

#include <doctest/doctest.h>

#include "fixture.hpp"

namespace recycled::config {

using namespace fixture;

namespace {

void set_cascade(Settings& settings, std::vector<GatewayId> gateways) {
  const CascadeProfileId id("c");
  settings.rules.cascade_profiles[id] = {id, std::move(gateways)};
}

void set_routing(Settings& settings, CascadeProfileId cascade) {
  const RoutingProfileId id("r");
  settings.rules.routing_profiles[id] = {id, {GatewayId("nmi_1")}, std::move(cascade)};
}

}  // namespace

TEST_CASE("the digest changes with every rule") {
  using Change = std::function<void(Settings&)>;
  const GatewayId ff("ff");
  const std::vector<Change> changes{
      [](Settings& s) { s.time_zone = "UTC"; },
      [](Settings& s) { s.rules.gateways.erase(GatewayId("nmi_2")); },
      [](Settings& s) { s.rules.gateways.at(GatewayId("nmi_2")).kind = "other"; },
      [&](Settings& s) { s.rules.gateways.at(ff).flexfactor->expiry_days = 20; },
      [&](Settings& s) { s.rules.gateways.at(ff).flexfactor->mit = billing::MitMode::sync; },
      [](Settings& s) { s.rules.profiles[0].id = ProfileId("p"); },
      [](Settings& s) { s.rules.profiles[0].gateways.emplace_back("nmi_2"); },
      [](Settings& s) { s.rules.profiles[0].reduction_type = billing::ReductionType::percentage; },
      [](Settings& s) { s.rules.profiles[0].minimum_price = 1; },
      [](Settings& s) { s.rules.profiles[0].bill_on_saturday = true; },
      [](Settings& s) { s.rules.profiles[0].hold_recycle_price = true; },
      [](Settings& s) { s.rules.profiles[0].gateway_4_6.reset(); },
      [](Settings& s) { s.rules.profiles[0].gateway_7_9 = GatewayId("ff"); },
      [](Settings& s) { s.rules.profiles[0].reattempts.at(4).days = 4; },
      [](Settings& s) { s.rules.profiles[0].reattempts.at(4).reduction = 4; },
      [](Settings& s) { s.rules.profiles[0].reattempts.at(4).skip = true; },
      [](Settings& s) { s.rules.profiles[0].reattempts[5] = {.number = 5}; },
      [](Settings& s) {
        s.rules.campaigns[CampaignId("c")] = {CampaignId("c"), {}};
      },
      [](Settings& s) {
        s.rules.decline_rules.push_back({GatewayId("nmi_1"), {}, "x", {}});
      },
      [](Settings& s) {
        s.rules.decline_rules.push_back({billing::GatewayKind{"nmi_1"}, {}, "x", {}});
      },
      [](Settings& s) {
        s.rules.never_send_codes = {"04", "41"};
      },
      [](Settings& s) { s.rules.never_send_codes = {"0441"}; },
      [&](Settings& s) { s.rules.gateways.at(ff).flexfactor->cascade_all = true; },
      [](Settings& s) { s.rules.gateways.at(GatewayId("nmi_1")).cascade = CascadeProfileId("c"); },
      [](Settings& s) {
        s.rules.campaigns[CampaignId("c")] = {CampaignId("c"), {}, true};
      },
      [](Settings& s) {
        set_cascade(s, {GatewayId("nmi_2"), GatewayId("ff")});
      },
      [](Settings& s) {
        set_cascade(s, {GatewayId("ff"), GatewayId("nmi_2")});
      },
      [](Settings& s) { set_routing(s, CascadeProfileId()); },
      [](Settings& s) { set_routing(s, CascadeProfileId("c")); },
      [](Settings& s) { s.rules.late_cascade = billing::LateCascade::hold; },
      [](Settings& s) { s.rules.timing.cascade_deadline += Millis(1); },
      [](Settings& s) { s.rules.card_cap = 3; },
      [](Settings& s) { s.rules.late_success = billing::LateSuccess::hold; },
      [](Settings& s) { s.rules.timing.grace += Millis(1); },
      [](Settings& s) { s.rules.timing.cancel_tries += 1; },
  };
  const Settings settings = accepted(good);
  std::set<std::string> digests{rules_digest(settings)};
  CHECK(digests.begin()->size() == 64);
  for (const Change& change : changes) {
    Settings changed = settings;
    change(changed);
    digests.insert(rules_digest(changed));
  }
  CHECK(digests.size() == changes.size() + 1);
}

TEST_CASE("the digest stays when no rule changes") {
  Settings settings = accepted(good);
  const std::string before = rules_digest(settings);
  settings.limits.in_flight = 1;
  settings.store_path = "elsewhere.db";
  settings.rules.ceilings.day.count = 7;  // no due date depends on a safety catch
  settings.rules.breaker.results = 50;
  CHECK(rules_digest(settings) == before);
}

}  // namespace recycled::config
