// A declined sale that FlexFactor may have, and the rules it is judged by, for tests to change in
// one place at a time.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "billing/sale_refusal.hpp"

namespace recycled::billing::fixture {

struct SaleScene {
  Sale sale;
  Rules rules;
};

// Declined softly at nmi-1, which cascades by "direct" to ff-1; routing profile "atri" cascades by
// "routed" to ff-2, and "plain" not at all.
inline SaleScene sale_scene() {
  SaleScene scene;
  const GatewayId nmi_1("nmi-1");
  const GatewayId nmi_2("nmi-2");
  const GatewayId ff_1("ff-1");
  const GatewayId ff_2("ff-2");
  const CascadeProfileId direct("direct");
  const CascadeProfileId routed("routed");
  const RoutingProfileId atri("atri");
  const RoutingProfileId plain("plain");
  Rules& rules = scene.rules;
  rules.gateways = {{nmi_1, {nmi_1, "nmi", {}, direct}},
                    {nmi_2, {nmi_2, "nmi", {}}},
                    {ff_1, {ff_1, "flexfactor", FlexFactorTerms{}}},
                    {ff_2, {ff_2, "flexfactor", FlexFactorTerms{}}}};
  rules.cascade_profiles = {{direct, {direct, {nmi_2, ff_1}}}, {routed, {routed, {ff_2, nmi_2}}}};
  rules.routing_profiles = {{atri, {atri, {nmi_1, nmi_2}, routed}}, {plain, {plain, {nmi_1}}}};
  rules.campaigns = {{CampaignId("spring"), {CampaignId("spring")}}};

  Sale& sale = scene.sale;
  sale.id = SaleId("o-1");
  sale.gateway = nmi_1;
  sale.amount = Money{4995, *Currency::parse("EUR")};
  sale.campaign = CampaignId("spring");
  sale.card.token = "tok-1";
  sale.payer.ip_address = "198.51.100.7";
  Declined declined;
  declined.code = "51";
  declined.message = "Insufficient funds";
  declined.stated = DeclineClass::soft;
  sale.declined = declined;
  return scene;
}

using Change = std::function<void(SaleScene&)>;

inline SaleScene changed(const Change& change) {
  SaleScene scene = sale_scene();
  change(scene);
  return scene;
}

struct RefusedRow {
  Change change;
  SaleRefused reason;
  std::string detail;
};

// What a rerun and a cascade refuse alike, each for its own reason.
inline std::vector<RefusedRow> refused_both_ways() {
  const auto status = [](SaleStatus word) {
    return [word](SaleScene& s) { s.sale.status = word; };
  };
  return {
      {status(SaleStatus::partial), SaleRefused::not_declined, "partial"},
      {status(SaleStatus::pending), SaleRefused::not_declined, "pending"},
      {status(SaleStatus::complete), SaleRefused::complete, ""},
      {status(SaleStatus::refunded), SaleRefused::refunded, ""},
      {status(SaleStatus::cancelled), SaleRefused::cancelled, ""},
      {[](SaleScene& s) { s.rules.gateways.erase(GatewayId("nmi-1")); },
       SaleRefused::unknown_gateway, "nmi-1"},
      {[](SaleScene& s) { s.sale.gateway = GatewayId("ff-2"); },
       SaleRefused::declined_at_flexfactor,
       "gateway_id ff-2 is a FlexFactor gateway of the config"},
      {[](SaleScene& s) { s.sale.campaign = CampaignId("winter"); }, SaleRefused::unknown_campaign,
       "winter"},
      {[](SaleScene& s) {
         s.rules.never_send_codes = {"04", "51"};
       },
       SaleRefused::never_send_code, "51 Insufficient funds"},
      {[](SaleScene& s) { s.sale.declined->stated.reset(); }, SaleRefused::unclassified_decline,
       "51 Insufficient funds"},
      {[](SaleScene& s) { s.sale.declined->stated = DeclineClass::hard; },
       SaleRefused::hard_decline, "51 Insufficient funds"},
      {[](SaleScene& s) { s.sale.card.token.clear(); }, SaleRefused::no_card, ""},
  };
}

template <class Verdict>
void check_refused(const Verdict& verdict, const SaleRefusal& wanted) {
  CAPTURE(wanted.detail);
  REQUIRE(std::holds_alternative<SaleRefusal>(verdict));
  const auto& refusal = std::get<SaleRefusal>(verdict);
  CHECK(to_text(refusal.reason) == to_text(wanted.reason));
  CHECK(refusal.detail == wanted.detail);
}

// The class of a sale's decline under each mapping, and whether it may be sent (H2, H3).
struct MappedRow {
  const char* what;
  std::optional<DeclineClass> stated;
  std::vector<DeclineRule> rules;
  bool sent = false;
};

inline std::vector<MappedRow> mapped_declines() {
  using enum DeclineClass;
  const GatewayId nmi_1("nmi-1");
  const GatewayId nmi_2("nmi-2");
  const GatewayKind nmi{"nmi"};
  const GatewayKind other{"other"};
  const auto all = OrderScope::all;
  const auto initial = OrderScope::initial;
  const auto recurring = OrderScope::recurring;
  return {
      {"soft as it came", soft, {}, true},
      {"a mapping turns it soft", hard, {{nmi_1, all, "insufficient", soft}}, true},
      {"a mapping classifies it", {}, {{nmi, all, "FUNDS", soft}}, true},
      {"a mapping turns it hard", soft, {{nmi, all, "funds", hard}}, false},
      {"for new sales", hard, {{nmi_1, initial, "funds", soft}}, true},
      {"for recurring ones alone", hard, {{nmi_1, recurring, "funds", soft}}, false},
      {"for another gateway", hard, {{nmi_2, all, "funds", soft}}, false},
      {"for another kind", hard, {{other, all, "funds", soft}}, false},
      {"another message", hard, {{nmi_1, all, "honor", soft}}, false},
      {"gateway beats kind", hard, {{nmi, initial, "", hard}, {nmi_1, all, "", soft}}, true},
      {"new beats all", hard, {{nmi, all, "funds", hard}, {nmi, initial, "", soft}}, true},
      {"longer beats shorter", soft, {{nmi, all, "fund", soft}, {nmi, all, "funds", hard}}, false},
      {"then the first", soft, {{nmi, all, "funds", hard}, {nmi, all, "funds", soft}}, false},
  };
}

// The scene with that decline under that mapping.
inline SaleScene mapped(const MappedRow& row) {
  SaleScene scene = sale_scene();
  scene.sale.declined->stated = row.stated;
  scene.rules.decline_rules = row.rules;
  return scene;
}

}  // namespace recycled::billing::fixture
