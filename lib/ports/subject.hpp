// Whose a recovery, an event or a line of the history is.
#pragma once

#include <variant>

#include "base/id.hpp"

namespace recycled::ports {

// A subscription's (of one of its cycles), or a new sale's.
using Subject = std::variant<SubscriptionKey, SaleKey>;

}  // namespace recycled::ports
