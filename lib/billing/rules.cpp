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

}  // namespace recycled::billing
