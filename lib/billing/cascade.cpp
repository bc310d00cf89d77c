#include "billing/cascade.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace recycled::billing {
namespace {

// C4. The config lets one gateway have it.
const Gateway* taker_of_all(const Rules& rules) {
  for (const auto& [id, gateway] : rules.gateways) {
    if (gateway.flexfactor && gateway.flexfactor->cascade_all) return &gateway;
  }
  return nullptr;
}

// A cascade profile, and whose setting it is.
struct Setting {
  CascadeProfileId profile;
  std::string owner;
};

// C1. The way that the sale took says more than the gateway at its end. Where the config lists no
// routing profiles, they play no part (as in an import).
std::variant<Setting, SaleRefusal> setting_for(const Sale& sale, const Rules& rules) {
  if (!sale.routing_profile.empty() && !rules.routing_profiles.empty()) {
    const auto routing = rules.routing_profiles.find(sale.routing_profile);
    if (routing == rules.routing_profiles.end()) {
      return SaleRefusal{SaleRefused::unknown_routing_profile, sale.routing_profile.str()};
    }
    const CascadeProfileId& cascade = routing->second.cascade;
    if (!cascade.empty()) return Setting{cascade, "routing profile " + sale.routing_profile.str()};
  }
  const CascadeProfileId& direct = rules.gateways.at(sale.gateway).cascade;
  if (!direct.empty()) return Setting{direct, "gateway " + sale.gateway.str()};
  return SaleRefusal{SaleRefused::no_cascade, "gateway " + sale.gateway.str()};
}

CascadeVerdict destination_of(const Sale& sale, const Rules& rules) {
  if (const Gateway* taker = taker_of_all(rules)) {
    return Cascade{taker->id, sale.amount, "cascade_all"};
  }
  auto found = setting_for(sale, rules);
  if (auto* refusal = std::get_if<SaleRefusal>(&found)) return std::move(*refusal);
  const Setting& setting = std::get<Setting>(found);
  std::string rule = "cascade profile " + setting.profile.str() + " of " + setting.owner;
  const auto profile = rules.cascade_profiles.find(setting.profile);
  ensure(profile != rules.cascade_profiles.end(), "a setting names a cascade profile of the rules");
  const auto& gateways = profile->second.gateways;
  const auto at = std::find_if(gateways.begin(), gateways.end(),
                               [&](const GatewayId& id) { return is_flexfactor(rules, id); });
  if (at == gateways.end()) return SaleRefusal{SaleRefused::no_flexfactor, std::move(rule)};
  return Cascade{*at, sale.amount, std::move(rule)};
}

}  // namespace

// What the config says comes before what the order lacks: an ip_address mends nothing where no
// cascade is set.
CascadeVerdict decide_cascade(const Sale& sale, const Rules& rules) {
  if (auto no = judge_standing(sale, rules)) return *no;
  const Campaign* campaign = campaign_of(sale, rules);
  if (campaign != nullptr && campaign->single_transaction) {
    return SaleRefusal{SaleRefused::single_transaction, sale.campaign.str()};
  }
  auto destination = destination_of(sale, rules);
  if (std::holds_alternative<SaleRefusal>(destination)) return destination;
  if (auto no = judge_sending(sale, rules)) return *no;
  if (sale.payer.ip_address.empty()) return SaleRefusal{SaleRefused::no_ip_address, {}};
  if (auto no = judge_card(sale)) return *no;
  return destination;
}

}  // namespace recycled::billing
