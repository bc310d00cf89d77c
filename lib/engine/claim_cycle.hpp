// One subscription's next hand-over: whether it is made now, and the recovery that is appended.
// What the scan and a backfill have in common (mission.md B1, B2, B6; lessons.md 2, 10).
#pragma once

#include <variant>

#include "billing/eligibility.hpp"
#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// To be handed over, but not now.
struct Later {
  enum class Why {
    day,       // its civil day has not come
    card_cap,  // domain.md "Guard rails": its card has no hand-over left until then
  };
  Why why = Why::day;
  Instant until{};
};

// What would be appended, with the bytes that would leave; or why not, or when.
using PlannedCycle = std::variant<ports::NewRecovery, billing::Refusal, Later>;

// Judges the row as it stands, so that in the transaction of a claim it counts what the merchant
// has said since it was planned. Writes nothing. `planned`: so often its card would have been
// handed over by what was planned before.
PlannedCycle plan_cycle(ports::LedgerReader& reader, const ports::StoredSubscription& stored,
                        const Desk& desk, Instant now, int planned = 0);

// The recovery as it stands once it is appended.
ports::StoredRecovery as_claimed(RecoveryKey key, const ports::StoredSubscription& stored,
                                 billing::Recovery recovery);

}  // namespace recycled::engine
