// Takes in what the merchant says of a subscription or of a new sale, without undoing what recycled
// has decided. Source: operations.md "Import formats", last paragraph; domain.md "customer
// cancels".
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "engine/context.hpp"
#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

enum class Accepted {
  inserted,
  updated,
  unchanged,    // exactly what was there
  superseded,   // the ledger is ahead: an open recovery, a later cycle, a final state of this one
  withdrawing,  // the customer left while FlexFactor had it: the recovery is being cancelled
};
std::string_view to_text(Accepted accepted);
inline constexpr std::array every_accepted{Accepted::inserted, Accepted::updated,
                                           Accepted::unchanged, Accepted::superseded,
                                           Accepted::withdrawing};

// One row, inside the caller's transaction. A cancelled or paused row counts whatever else it says.
Accepted accept_subscription(ports::LedgerTx& tx, const billing::Subscription& subscription,
                             const Desk& desk, Instant now);

// The same for a new sale (the merchant's order). `cancelled` and `refunded` withdraw what
// FlexFactor has of it; a sale that was recovered stays complete whatever an older export says.
Accepted accept_sale(ports::LedgerTx& tx, const billing::Sale& row, const Desk& desk, Instant now);

struct AcceptedBatch {
  std::vector<Accepted> results;  // of the rows, in their order
  bool work_is_due = false;       // of what they changed: to be handed over, or taken back
};

// All of them in one transaction, durable on return: all or, on an error, none.
async::Task<Result<AcceptedBatch>> accept_batch(const Context& context,
                                                std::vector<billing::Subscription> rows);
async::Task<Result<AcceptedBatch>> accept_batch(const Context& context,
                                                std::vector<billing::Sale> rows);

}  // namespace recycled::engine
