#include "engine/backfill.hpp"

#include <utility>

#include "engine/claim_cycle.hpp"
#include "engine/pause.hpp"

namespace recycled::engine {
namespace {

using billing::LeftAlone;
using billing::LeftOut;
using Planned = std::variant<ports::NewRecovery, billing::Refusal, LeftAlone>;

// Where it declined, or would go, is not what was asked for.
std::optional<LeftAlone> other_than(const BackfillChoice& choice,
                                    const billing::Subscription& subscription, const Desk& desk) {
  if (choice.gateway.empty() && !choice.block) return std::nullopt;
  const bool by_decline = !choice.gateway.empty() && !is_flexfactor(desk.rules(), choice.gateway);
  if (by_decline && subscription.gateway != choice.gateway) {
    return LeftAlone{LeftOut::not_asked_for, "declined at " + subscription.gateway.str()};
  }
  const auto verdict = desk.planner.assess(subscription);
  const auto* hand_over = std::get_if<billing::HandOver>(&verdict);
  if (hand_over == nullptr) return std::nullopt;  // it is left out for a reason of its own
  if (choice.block && hand_over->block != *choice.block) {
    return LeftAlone{LeftOut::not_asked_for, "re-attempt " + std::to_string(hand_over->reattempt)};
  }
  if (!choice.gateway.empty() && !by_decline && hand_over->provider_gateway != choice.gateway) {
    return LeftAlone{LeftOut::not_asked_for, "goes to " + hand_over->provider_gateway.str()};
  }
  return std::nullopt;
}

LeftAlone left_for(const Later& later) {
  const bool is_day = later.why == Later::Why::day;
  return {is_day ? LeftOut::not_due : LeftOut::card_cap, "until " + to_iso8601(later.until)};
}

Planned plan(ports::LedgerReader& reader, const ports::StoredSubscription& stored,
             const BackfillChoice& choice, const Desk& desk, Instant now, int planned) {
  if (auto other = other_than(choice, stored.subscription, desk)) return std::move(*other);
  auto cycle = plan_cycle(reader, stored, desk, now, planned);
  if (auto* refusal = std::get_if<billing::Refusal>(&cycle)) return std::move(*refusal);
  if (const auto* later = std::get_if<Later>(&cycle)) return left_for(*later);
  return std::move(std::get<ports::NewRecovery>(cycle));
}

// What a plan came to that is not a hand-over.
BackfillClaim why_not(Planned planned) {
  if (auto* refusal = std::get_if<billing::Refusal>(&planned)) return std::move(*refusal);
  return std::move(std::get<LeftAlone>(planned));
}

}  // namespace

BackfillClaim plan_backfill(ports::LedgerReader& reader, const ports::StoredSubscription& stored,
                            const BackfillChoice& choice, const Desk& desk, Instant now,
                            Draft& draft) {
  int& of_card = draft.cards[stored.subscription.card.token];
  auto planned = plan(reader, stored, choice, desk, now, of_card);
  auto* fresh = std::get_if<ports::NewRecovery>(&planned);
  if (fresh == nullptr) return why_not(std::move(planned));
  if (choice.limit && draft.taken >= *choice.limit) {
    return LeftAlone{LeftOut::over_limit, "limit " + std::to_string(*choice.limit)};
  }
  const Money amount = fresh->recovery.amount;
  if (auto reached = draft.room.why_not(amount)) {
    return LeftAlone{LeftOut::ceiling, std::move(*reached)};
  }
  of_card += 1;
  draft.taken += 1;
  draft.room.take(amount);
  return as_claimed(RecoveryKey(), stored, std::move(fresh->recovery));
}

BackfillClaim claim_backfill(ports::LedgerTx& tx, const ports::StoredSubscription& stored,
                             const BackfillChoice& choice, const Desk& desk, Instant now,
                             Room& room, const std::string& why) {
  auto planned = plan(tx, stored, choice, desk, now, 0);
  auto* fresh = std::get_if<ports::NewRecovery>(&planned);
  if (fresh == nullptr) return why_not(std::move(planned));
  if (auto pause = why_paused(tx, fresh->recovery.provider_gateway)) {
    return LeftAlone{LeftOut::paused, std::move(*pause)};
  }
  if (auto reached = room.why_not(fresh->recovery.amount)) {
    return LeftAlone{LeftOut::ceiling, std::move(*reached)};
  }
  const auto key = append(tx, *fresh, now, why);
  if (!key) return billing::Refusal{billing::NotTaken::open_recovery, "another process was faster"};
  room.take(fresh->recovery.amount);
  return as_claimed(*key, stored, std::move(fresh->recovery));
}

}  // namespace recycled::engine
