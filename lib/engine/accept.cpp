#include "engine/accept.hpp"

#include <algorithm>

#include "engine/apply.hpp"

namespace recycled::engine {
namespace {

using billing::SubscriptionStatus;

std::optional<billing::Departure> departure_of(SubscriptionStatus status) {
  if (status == SubscriptionStatus::cancelled) return billing::Departure::cancelled;
  if (status == SubscriptionStatus::paused) return billing::Departure::paused;
  return std::nullopt;
}

// The ledger knows better than the row: FlexFactor has it, the cycle is over, or its hand-over is.
bool ledger_is_ahead(const ports::StoredSubscription& stored,
                     const std::vector<ports::StoredRecovery>& recoveries,
                     const billing::Subscription& row) {
  if (row.cycle < stored.subscription.cycle) return true;
  return std::any_of(recoveries.begin(), recoveries.end(), [&](const auto& past) {
    if (is_live(past.recovery.state)) return true;
    return past.recovery.cycle == row.cycle &&
           past.recovery.state != billing::RecoveryState::released;
  });
}

Accepted note_departure(ports::LedgerTx& tx, const ports::StoredSubscription& stored,
                        const std::vector<ports::StoredRecovery>& recoveries,
                        billing::Departure how, const Desk& desk, Instant now) {
  const SubscriptionStatus status = how == billing::Departure::cancelled
                                        ? SubscriptionStatus::cancelled
                                        : SubscriptionStatus::paused;
  // An end stays one: an older export that still says "paused" revives nothing.
  const SubscriptionStatus is = stored.subscription.status;
  const bool ended = is == SubscriptionStatus::cancelled || is == SubscriptionStatus::complete;
  if (ended || is == status) return Accepted::superseded;
  tx.set_status(stored.key, status, now);
  Accepted accepted = Accepted::updated;
  for (const ports::StoredRecovery& open : recoveries) {
    if (!is_live(open.recovery.state)) continue;
    const billing::CustomerLeft left{how};
    apply(tx, open.key, left, desk, Moment{now, 0.5, std::nullopt});
    accepted = Accepted::withdrawing;
  }
  return accepted;
}

}  // namespace

std::string_view to_text(Accepted accepted) {
  switch (accepted) {
    case Accepted::inserted:
      return "inserted";
    case Accepted::updated:
      return "updated";
    case Accepted::unchanged:
      return "unchanged";
    case Accepted::superseded:
      return "superseded";
    case Accepted::withdrawing:
      return "withdrawing";
  }
  return "";
}

Accepted accept_subscription(ports::LedgerTx& tx, const billing::Subscription& row,
                             const Desk& desk, Instant now) {
  const auto stored = tx.subscription(row.id);
  if (!stored) {
    tx.put_subscription(row, desk.planner.plan(row), now);
    return Accepted::inserted;
  }
  const auto recoveries = tx.recoveries_of(stored->key);
  if (ledger_is_ahead(*stored, recoveries, row)) {
    const auto departure = departure_of(row.status);
    if (!departure) return Accepted::superseded;
    return note_departure(tx, *stored, recoveries, *departure, desk, now);
  }
  const ports::Plan plan = desk.planner.plan(row);
  if (stored->subscription == row && stored->plan == plan) return Accepted::unchanged;
  tx.put_subscription(row, plan, now);
  return Accepted::updated;
}

}  // namespace recycled::engine
