// Hands a declined new sale to FlexFactor by name (mission.md N1, N2): asynchronous as a re-attempt
// is, by the same machinery.
#pragma once

#include <variant>

#include "billing/rerun.hpp"
#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// The recovery that is appended, or why there is none.
using RerunClaim = std::variant<ports::StoredRecovery, billing::SaleRefusal>;

// What would happen, decided on what is there now. Nothing is written, so the recovery has no key.
RerunClaim plan_rerun(ports::LedgerReader& reader, const ports::StoredSale& sale,
                      const GatewayId& at, const Desk& desk, Instant now);
// Does it, in the caller's transaction: once that is committed, the request may leave.
RerunClaim claim_rerun(ports::LedgerTx& tx, const ports::StoredSale& sale, const GatewayId& at,
                       const Desk& desk, Instant now);

}  // namespace recycled::engine
