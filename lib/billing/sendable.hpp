// May a decline be sent to FlexFactor at all, whichever way in? Source: mission.md H1-H3; domain.md
// "Decline mapping", "Guard rails".
#pragma once

#include <string>

#include "billing/rules.hpp"
#include "billing/subscription.hpp"

namespace recycled::billing {

enum class Sendable {
  yes,              // soft
  never_send_code,  // its code is on the list, whatever its class
  unclassified,     // nobody said whether it is soft or hard
  hard,             // H1
};

// `gateway`, the one that declined, must be in the rules: a mapping may go by its kind.
Sendable judge_decline(const Declined& declined, const GatewayId& gateway, OrderType order,
                       const Rules& rules);

// "51 Insufficient funds": what a refusal shows of it.
std::string text_of(const Declined& declined);

}  // namespace recycled::billing
