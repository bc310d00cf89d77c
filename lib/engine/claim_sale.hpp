// What the two ways of a new sale to FlexFactor have in common, a rerun and a cascade.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "billing/sale_refusal.hpp"
#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// Nothing: no earlier hand-over of the sale stands in the way. One that failed does not.
std::optional<billing::SaleRefusal> refused_by_past(const std::vector<ports::StoredRecovery>& past);

// What the rules have said of it, and when its time ends.
struct SaleClaim {
  billing::RecoveryKind kind = billing::RecoveryKind::rerun;
  GatewayId provider_gateway;
  Money amount;
  int round = 1;
  Instant expires_at{};
};

// What would be appended, with the bytes that would leave; or what of the card or the data forbids
// it.
// `planned`: so often the card would have been handed over by what was planned before.
using PlannedSale = std::variant<ports::NewRecovery, billing::SaleRefusal>;
PlannedSale plan_sale(ports::LedgerReader& reader, const ports::StoredSale& sale,
                      const SaleClaim& claim, const Desk& desk, Instant now, int planned = 0);

// The recovery as it stands once it is appended.
ports::StoredRecovery as_claimed(RecoveryKey key, const ports::StoredSale& sale,
                                 billing::Recovery recovery);

}  // namespace recycled::engine
