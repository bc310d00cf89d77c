// Whose a recovery, an event or a line of the history is.
#pragma once

#include <variant>

#include "base/id.hpp"
#include "billing/sale.hpp"
#include "billing/subscription.hpp"

namespace recycled::ports {

// A subscription's (of one of its cycles), or a new sale's.
using Subject = std::variant<SubscriptionKey, SaleKey>;

// How that one stands.
struct Standing {
  std::variant<billing::SubscriptionStatus, billing::SaleStatus> status;
  int cycle = 0;  // of a subscription
};

}  // namespace recycled::ports
