#include <algorithm>

#include "engine/accept.hpp"
#include "engine/apply.hpp"

namespace recycled::engine {
namespace {

using billing::SaleStatus;

// The ledger knows better than the row: FlexFactor has the sale, or has charged it.
bool ledger_is_ahead(const std::vector<ports::StoredRecovery>& recoveries) {
  return std::any_of(recoveries.begin(), recoveries.end(), [](const auto& past) {
    return is_live(past.recovery.state) || past.recovery.state == billing::RecoveryState::recovered;
  });
}

// A cancelled or refunded sale counts at once, whatever FlexFactor is doing about it.
Accepted note_departure(ports::LedgerTx& tx, const ports::StoredSale& stored,
                        const std::vector<ports::StoredRecovery>& recoveries, SaleStatus status,
                        const Desk& desk, Instant now) {
  if (has_left(stored.sale.status)) return Accepted::superseded;
  tx.set_sale_status(stored.key, status, now);
  Accepted accepted = Accepted::updated;
  for (const ports::StoredRecovery& open : recoveries) {
    if (!is_live(open.recovery.state)) continue;
    const billing::CustomerLeft left{billing::Departure::cancelled};
    apply(tx, open.key, left, desk, Moment{now, 0.5, std::nullopt});
    accepted = Accepted::withdrawing;
  }
  return accepted;
}

}  // namespace

Accepted accept_sale(ports::LedgerTx& tx, const billing::Sale& row, const Desk& desk, Instant now) {
  const auto stored = tx.sale(row.id);
  if (!stored) {
    tx.put_sale(row, now);
    return Accepted::inserted;
  }
  const auto recoveries = tx.recoveries_of(stored->key);
  if (ledger_is_ahead(recoveries)) {
    if (has_left(row.status)) return note_departure(tx, *stored, recoveries, row.status, desk, now);
    return stored->sale == row ? Accepted::unchanged : Accepted::superseded;
  }
  if (stored->sale == row) return Accepted::unchanged;
  tx.put_sale(row, now);
  return Accepted::updated;
}

}  // namespace recycled::engine
