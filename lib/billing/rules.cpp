#include "billing/rules.hpp"

#include <algorithm>

namespace recycled::billing {

const RecycleProfile* profile_of(const Rules& rules, const GatewayId& gateway) {
  for (const RecycleProfile& profile : rules.profiles) {
    const auto& listed = profile.gateways;
    if (std::find(listed.begin(), listed.end(), gateway) != listed.end()) return &profile;
  }
  return nullptr;
}

bool is_flexfactor(const Rules& rules, const GatewayId& gateway) {
  const auto found = rules.gateways.find(gateway);
  return found != rules.gateways.end() && found->second.flexfactor;
}

std::optional<GatewayId> sole_flexfactor(const Rules& rules) {
  std::optional<GatewayId> found;
  for (const auto& [id, gateway] : rules.gateways) {
    if (!gateway.flexfactor) continue;
    if (found) return std::nullopt;
    found = id;
  }
  return found;
}

}  // namespace recycled::billing
