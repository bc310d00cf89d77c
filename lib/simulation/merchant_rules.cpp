#include "simulation/merchant.hpp"
#include "simulation/rule_book.hpp"

namespace recycled::simulation {
namespace {

billing::RecycleProfile profile(const char* id, const char* gateway, int reattempts) {
  billing::RecycleProfile made;
  made.id = ProfileId(id);
  made.gateways = {GatewayId(gateway)};
  for (int number = 1; number <= reattempts; ++number) {
    made.reattempts[number] = billing::Reattempt{number, 1 + number % 3, 0, false};
  }
  return made;
}

// By the gateway that declined (C1, direct), and by the routing profile that a sale came through.
void add_cascades(billing::Rules& rules) {
  const CascadeProfileId direct("direct");
  const CascadeProfileId routed("routed");
  rules.cascade_profiles[direct] = {direct, {GatewayId("ff-one")}};
  rules.cascade_profiles[routed] = {routed, {GatewayId("bank-other"), GatewayId("ff-two")}};
  rules.gateways[GatewayId("bank-us")].cascade = direct;
  rules.gateways[GatewayId("bank-jp")].cascade = direct;
  const RoutingProfileId routing("atri");
  rules.routing_profiles[routing] = {routing, {GatewayId("bank-us"), GatewayId("bank-eu")}, routed};
}

}  // namespace

std::vector<Seller> sellers_of(const billing::Rules& rules) {
  std::vector<Seller> sellers;
  for (const auto& [id, gateway] : rules.gateways) {
    if (gateway.flexfactor) continue;
    const char* const code = id.str() == "bank-eu" ? "EUR" : id.str() == "bank-jp" ? "JPY" : "USD";
    sellers.push_back({id, *Currency::parse(code)});
    if (profile_with(rules, id) != nullptr) sellers.push_back(sellers.back());
  }
  return sellers;
}

billing::Rules merchant_rules(billing::MitMode mode) {
  billing::Rules rules;
  for (const char* id : {"bank-us", "bank-eu", "bank-jp", "bank-other"}) {
    rules.gateways[GatewayId(id)] = billing::Gateway{GatewayId(id), "card", std::nullopt};
  }
  int expiry_days = 5;
  for (const char* id : {"ff-one", "ff-two"}) {
    billing::FlexFactorTerms terms;
    terms.expiry_days = expiry_days;
    terms.mit = mode;
    rules.gateways[GatewayId(id)] = billing::Gateway{GatewayId(id), "flexfactor", terms};
    expiry_days = 12;
  }
  auto flat = profile("flat", "bank-us", 6);
  flat.gateway_4_6 = GatewayId("ff-one");
  flat.reattempts[2].reduction = 500;
  flat.reattempts[4].reduction = 400;
  flat.minimum_price = 1000;
  auto percentage = profile("percentage", "bank-eu", 9);
  percentage.reduction_type = billing::ReductionType::percentage;
  percentage.gateway_7_9 = GatewayId("ff-two");
  percentage.reattempts[3].reduction = 1250;
  percentage.reattempts[7].reduction = 333;
  percentage.hold_recycle_price = true;
  auto yen = profile("yen", "bank-jp", 5);
  yen.gateway_4_6 = GatewayId("ff-two");
  yen.reattempts[3].skip = true;
  yen.reattempts[4].reduction = 15000;
  yen.bill_on_saturday = true;
  rules.profiles = {flat, percentage, yen};
  rules.never_send_codes = {"41"};
  add_cascades(rules);
  return rules;
}

billing::Rules edited(billing::Rules rules, int edit) {
  switch (edit % 4) {
    case 0:
      rules.profiles[0].reattempts[4].reduction = 900;
      rules.profiles[1].reattempts[7].days = 4;
      break;
    case 1:
      rules.profiles[0].gateway_4_6 = GatewayId("ff-two");
      rules.profiles[2].bill_on_saturday = false;
      rules.gateways[GatewayId("ff-one")].flexfactor->cascade_all = true;
      break;
    case 2:
      rules.profiles[1].gateway_4_6 = GatewayId("ff-one");
      rules.gateways[GatewayId("ff-two")].flexfactor->expiry_days = 3;
      break;
    case 3: {
      // What FlexFactor has been given it keeps: the merchant must not re-attempt beside it.
      const auto given = rules.profiles[1].gateway_4_6;
      rules = merchant_rules(rules.gateways[GatewayId("ff-one")].flexfactor->mit);
      rules.profiles[1].gateway_4_6 = given;
      break;
    }
  }
  return rules;
}

}  // namespace recycled::simulation
