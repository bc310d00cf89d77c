// Hands a declined new sale to FlexFactor by name (mission.md N1, N2): asynchronous as a re-attempt
// is, by the same machinery.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "billing/rerun.hpp"
#include "engine/claim.hpp"
#include "engine/context.hpp"
#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// The recovery that is appended, or why there is none.
using RerunClaim = std::variant<ports::StoredRecovery, billing::SaleRefusal>;

// What would happen, decided on what is there now. Nothing is written, so the recovery has no key.
// `draft` is what was planned before it, and gets one more if this one is taken.
RerunClaim plan_rerun(ports::LedgerReader& reader, const ports::StoredSale& sale,
                      const GatewayId& at, const Desk& desk, Instant now, Draft& draft);
// Does it, in the caller's transaction: once that is committed, the request may leave. `room` is of
// that transaction, and has less of it afterwards; `why` stands in the audit row. A pause refuses
// what a plan looks past: it may be over when the plan is run.
RerunClaim claim_rerun(ports::LedgerTx& tx, const ports::StoredSale& sale, const GatewayId& at,
                       const Desk& desk, Instant now, Room& room, const std::string& why = {});

// What a program asks for.
struct RerunWish {
  SaleId sale;
  GatewayId at;
};

// Of each wish, in their order; nothing of one whose sale the ledger does not know.
using RerunClaims = std::vector<std::optional<RerunClaim>>;

// All of them in one transaction, durable on return: what one is refused for costs no other. What
// one wish claims is an open recovery to the next.
async::Task<Result<RerunClaims>> rerun_batch(const Context& context, std::vector<RerunWish> wishes);

}  // namespace recycled::engine
