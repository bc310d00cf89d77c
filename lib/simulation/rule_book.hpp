// What the rules say, worked out once more from domain.md and mission.md: what asked the engine or
// billing's own functions would agree with them.
#pragma once

#include <cstdint>
#include <optional>

#include "billing/rules.hpp"
#include "billing/sale.hpp"

namespace recycled::simulation {

// What a re-attempt has to charge: the price less the reductions up to it, of skipped ones none,
// never below the minimum.
std::int64_t amount_by_the_rule(const billing::RecycleProfile& profile, const Money& price,
                                int reattempt);
// The one with that gateway; null: none.
const billing::RecycleProfile* profile_with(const billing::Rules& rules, const GatewayId& gateway);
// The re-attempt after so many; 0: none.
int next_number(const billing::RecycleProfile& profile, int made);
// Soft by the mapping, or stated so, and of no code that is never sent.
bool may_be_sent(const billing::Rules& rules, const GatewayId& gateway, billing::OrderType order,
                 const billing::Declined& declined);
// Where a declined sale is cascaded to (C1, C4); nothing: nowhere.
std::optional<GatewayId> cascade_gateway(const billing::Rules& rules, const billing::Sale& sale);

}  // namespace recycled::simulation
