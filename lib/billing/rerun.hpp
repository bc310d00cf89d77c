// Is this declined sale to be re-run at that gateway? Source: mission.md N1, H1-H3.
#pragma once

#include <variant>

#include "billing/sale_refusal.hpp"

namespace recycled::billing {

struct Rerun {
  GatewayId provider_gateway;
  Money amount;

  bool operator==(const Rerun&) const = default;
};

using RerunVerdict = std::variant<Rerun, SaleRefusal>;

// Judges by the sale and the rules alone: whether FlexFactor has or had it is the ledger's to know.
// `at` is what a person named: anything but the id of a FlexFactor gateway is refused (N1). How the
// sale came to be declined, directly or through a routing profile, plays no part.
RerunVerdict assess_rerun(const Sale& sale, const GatewayId& at, const Rules& rules);

}  // namespace recycled::billing
