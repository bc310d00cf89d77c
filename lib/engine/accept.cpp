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
// One that waits for a person holds up its own cycle and no later one.
bool ledger_is_ahead(const ports::StoredSubscription& stored,
                     const std::vector<ports::StoredRecovery>& recoveries,
                     const billing::Subscription& row) {
  if (row.cycle < stored.subscription.cycle) return true;
  return std::any_of(recoveries.begin(), recoveries.end(), [&](const auto& past) {
    const billing::RecoveryState state = past.recovery.state;
    if (is_live(state) && state != billing::RecoveryState::parked) return true;
    return past.recovery.cycle == row.cycle && state != billing::RecoveryState::released;
  });
}

// A person's or the customer's second thought about a cycle whose hand-over is over, uncharged: a
// pause that has ended, a restart after Recycle Failed. A row that still says recycle_billing is no
// such thing, for every older export says so. The cycle is not handed over again (B6).
bool is_resumed(const ports::StoredSubscription& stored,
                const std::vector<ports::StoredRecovery>& recoveries,
                const billing::Subscription& row) {
  if (row.cycle != stored.subscription.cycle) return false;
  const bool is_open = std::any_of(recoveries.begin(), recoveries.end(),
                                   [](const auto& past) { return is_live(past.recovery.state); });
  if (is_open) return false;
  const SubscriptionStatus is = stored.subscription.status;
  const bool rested = is == SubscriptionStatus::paused || is == SubscriptionStatus::recycle_failed;
  const bool runs =
      row.status == SubscriptionStatus::active || row.status == SubscriptionStatus::trial;
  return rested && runs;
}

Accepted resume(ports::LedgerTx& tx, const ports::StoredSubscription& stored,
                SubscriptionStatus status, const Desk& desk, Instant now) {
  billing::Subscription resumed = stored.subscription;
  resumed.status = status;
  tx.put_subscription(resumed, desk.planner.plan(resumed), now);
  return Accepted::updated;
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

// N3: a sale of it was recovered at FlexFactor before the merchant told us of the subscription.
// What was charged after its shopper had been told "declined" is given back, and sold nothing.
bool was_sold_at_flexfactor(ports::LedgerTx& tx, const SubscriptionId& id) {
  for (const ports::StoredSale& sale : tx.sales_of(id)) {
    for (const ports::StoredRecovery& past : tx.recoveries_of(sale.key)) {
      const billing::Recovery& recovery = past.recovery;
      const bool told_no = recovery.told && *recovery.told != billing::Reason::none;
      if (recovery.state == billing::RecoveryState::recovered && !told_no) return true;
    }
  }
  return false;
}

// The cycle of a subscription whose first sale is done; a merchant may also say so as cycle 1.
constexpr int first_rebill = 2;

// The merchant's gateway has a token again once it has billed a cycle by itself.
void unmark_rebilled(ports::LedgerTx& tx, const ports::StoredSubscription& stored,
                     const billing::Subscription& row) {
  const bool is_marked = stored.rebill_with != billing::RebillWith::as_ever;
  if (!is_marked || row.cycle <= std::max(stored.subscription.cycle, first_rebill)) return;
  if (row.status == SubscriptionStatus::recycle_billing) return;  // that rebill declined
  tx.set_rebill(stored.key, billing::RebillWith::as_ever);
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
    const auto key = tx.put_subscription(row, desk.planner.plan(row), now);
    if (row.cycle <= first_rebill && was_sold_at_flexfactor(tx, row.id)) {
      tx.set_rebill(key, billing::RebillWith::card_number_without_cvv);
    }
    return Accepted::inserted;
  }
  const auto recoveries = tx.recoveries_of(stored->key);
  if (ledger_is_ahead(*stored, recoveries, row)) {
    if (const auto departure = departure_of(row.status)) {
      return note_departure(tx, *stored, recoveries, *departure, desk, now);
    }
    if (!is_resumed(*stored, recoveries, row)) return Accepted::superseded;
    return resume(tx, *stored, row.status, desk, now);
  }
  const ports::Plan plan = desk.planner.plan(row);
  if (stored->subscription == row && stored->plan == plan) return Accepted::unchanged;
  unmark_rebilled(tx, *stored, row);
  tx.put_subscription(row, plan, now);
  return Accepted::updated;
}

}  // namespace recycled::engine
