// Does this declined sale cascade to FlexFactor while its shopper waits, and by which rule? Source:
// mission.md C1-C5, H1-H3.
#pragma once

#include <string>
#include <variant>

#include "billing/sale_refusal.hpp"

namespace recycled::billing {

struct Cascade {
  GatewayId provider_gateway;
  Money amount;
  // "cascade_all", "cascade profile X of gateway G" or "cascade profile X of routing profile R".
  std::string decided_by;

  bool operator==(const Cascade&) const = default;
};

using CascadeVerdict = std::variant<Cascade, SaleRefusal>;

// Judges by the sale and the rules alone, and calls nobody: a refusal comes before any call (C3).
//  1. C5: never in a campaign with single-transaction orders.
//  2. Where to: cascade_all overrides every cascade profile (C4). Else the cascade profile of the
//     routing profile that the sale came through; where that has none, or it came directly, the one
//     of the gateway that declined (C1). The gateway to go to is the FlexFactor one in it.
//  3. Whether: only soft declines (H1-H3), and only with an ip_address (C3), cascade_all or not.
// A campaign counts only where the config lists campaigns, and so does a routing profile.
CascadeVerdict decide_cascade(const Sale& sale, const Rules& rules);

}  // namespace recycled::billing
