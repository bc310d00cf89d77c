// Hands over the declines of a period that are due, by hand: the scan's judgement, one subscription
// at a time. Source: operations.md "backfill"; mission.md B1, B2; lessons.md 17-19.
//
// It is keyed to (subscription, cycle) as every claim is, and writes nothing but claims: what it
// leaves out stays planned as it was, so that no make-up run uses up what the scan takes tomorrow.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "billing/left_out.hpp"
#include "billing/profile.hpp"
#include "engine/claim.hpp"

namespace recycled::engine {

// Which of the period's declines are to be handed over. Nothing set: all.
struct BackfillChoice {
  std::optional<billing::Block> block;  // by the number of the re-attempt
  // A gateway of the merchant's own: what was declined there. A FlexFactor gateway: what goes to
  // it. Empty: either.
  GatewayId gateway;
  std::optional<int> limit;  // as many as come first
};

// The recovery, which has no key as long as it is planned; or why there is none.
using BackfillClaim = std::variant<ports::StoredRecovery, billing::Refusal, billing::LeftAlone>;

// What would happen, decided on what is there now. Nothing is written. `draft` is what was planned
// before it, and gets one more if this one is taken.
BackfillClaim plan_backfill(ports::LedgerReader& reader, const ports::StoredSubscription& stored,
                            const BackfillChoice& choice, const Desk& desk, Instant now,
                            Draft& draft);
// Does it, in the caller's transaction: once that is committed, the request may leave. The row is
// judged again. `room` is of that transaction, and has less of it afterwards; `why` stands in the
// audit row.
BackfillClaim claim_backfill(ports::LedgerTx& tx, const ports::StoredSubscription& stored,
                             const BackfillChoice& choice, const Desk& desk, Instant now,
                             Room& room, const std::string& why);

}  // namespace recycled::engine
