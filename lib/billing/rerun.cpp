#include "billing/rerun.hpp"

namespace recycled::billing {
namespace {

// N1. The config gives no routing profile the id of a gateway, so that a name says which it is.
MaybeSaleRefusal judge_target(const GatewayId& at, const Rules& rules) {
  const auto gateway = rules.gateways.find(at);
  if (gateway != rules.gateways.end()) {
    if (gateway->second.flexfactor) return std::nullopt;
    return SaleRefusal{SaleRefused::not_flexfactor,
                       at.str() + " is of kind " + gateway->second.kind};
  }
  if (rules.routing_profiles.contains(RoutingProfileId(at.str()))) {
    return SaleRefusal{SaleRefused::routing_profile, at.str() + " is a routing profile"};
  }
  return SaleRefusal{SaleRefused::no_such_gateway, at.str()};
}

}  // namespace

// Where to comes first: a wrong name is wrong for every sale.
RerunVerdict assess_rerun(const Sale& sale, const GatewayId& at, const Rules& rules) {
  if (auto no = judge_target(at, rules)) return *no;
  if (auto no = judge_any_way_in(sale, rules)) return *no;
  return Rerun{at, sale.amount};
}

}  // namespace recycled::billing
