#include "engine/claim_cycle.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "engine/claim.hpp"

namespace recycled::engine {
namespace {

using billing::NotTaken;
using billing::Refusal;

// What stands in the way of another hand-over of the cycle: the newest that has left, or may.
const billing::Recovery* recovery_of_cycle(const std::vector<ports::StoredRecovery>& past,
                                           int cycle) {
  const billing::Recovery* found = nullptr;
  for (const ports::StoredRecovery& one : past) {
    const bool counts =
        one.recovery.cycle == cycle && one.recovery.state != billing::RecoveryState::released;
    if (counts) found = &one.recovery;
  }
  return found;
}

// A round that never left frees its cycle for another; each has ids of its own.
int next_round(const std::vector<ports::StoredRecovery>& past, int cycle) {
  int round = 1;
  for (const ports::StoredRecovery& one : past) {
    if (one.recovery.cycle == cycle) round = one.recovery.round + 1;
  }
  return round;
}

ports::HandOverRequest request_for(const billing::Subscription& subscription,
                                   const billing::HandOver& hand_over, int round, Instant now,
                                   const Desk& desk) {
  ports::HandOverRequest request;
  request.order = order_id(desk.installation, subscription.id, subscription.cycle, round);
  request.key = idempotency_key(request.order, 1);
  request.subscription = subscription;
  request.amount = hand_over.amount;
  request.reattempt = hand_over.reattempt;
  request.claimed_at = now;
  request.expires_at = expiry_of(hand_over.provider_gateway, desk, now);
  return request;
}

billing::Recovery recovery_for(const ports::HandOverRequest& request,
                               const billing::HandOver& hand_over, int round) {
  billing::Recovery recovery = at_claim(request.order, request.claimed_at, request.expires_at);
  recovery.cycle = request.subscription.cycle;
  recovery.round = round;
  recovery.reattempt = hand_over.reattempt;
  recovery.provider_gateway = hand_over.provider_gateway;
  recovery.return_gateway = hand_over.return_gateway;
  recovery.return_card = request.subscription.card.token;
  recovery.amount = hand_over.amount;
  return recovery;
}

PlannedCycle plan_now(ports::LedgerReader& reader, const ports::StoredSubscription& stored,
                      const billing::HandOver& hand_over, int round, const Desk& desk, Instant now,
                      int planned) {
  ports::Provider* provider = desk.providers.find(hand_over.provider_gateway);
  if (provider == nullptr) {
    return Refusal{NotTaken::unknown_gateway, hand_over.provider_gateway.str()};
  }
  const billing::Subscription& subscription = stored.subscription;
  if (const auto free_at = card_is_free_at(reader, subscription.card.token, now, desk, planned)) {
    return Later{Later::Why::card_cap, *free_at};
  }
  const auto request = request_for(subscription, hand_over, round, now, desk);
  auto body = provider->compose(request);
  if (!body) return Refusal{NotTaken::missing_field, body.error().message};
  ports::NewRecovery fresh;
  fresh.subject = stored.key;
  fresh.recovery = recovery_for(request, hand_over, round);
  fresh.request = std::move(*body);
  return fresh;
}

}  // namespace

ports::StoredRecovery as_claimed(RecoveryKey key, const ports::StoredSubscription& stored,
                                 billing::Recovery recovery) {
  ports::StoredRecovery claimed{key, stored.key, stored.subscription.id, SaleId(),
                                std::move(recovery)};
  claimed.standing = {stored.subscription.status, stored.subscription.cycle};
  return claimed;
}

PlannedCycle plan_cycle(ports::LedgerReader& reader, const ports::StoredSubscription& stored,
                        const Desk& desk, Instant now, int planned) {
  const int cycle = stored.subscription.cycle;
  const auto past = reader.recoveries_of(stored.key);
  const billing::Recovery* before = recovery_of_cycle(past, cycle);
  if (before != nullptr && is_live(before->state)) {
    return Refusal{NotTaken::open_recovery, before->order.str()};
  }
  const auto verdict = desk.planner.assess(stored.subscription);
  if (const auto* refusal = std::get_if<Refusal>(&verdict)) return *refusal;
  if (before != nullptr) return Refusal{NotTaken::already_handed_over, before->order.str()};
  const auto& hand_over = std::get<billing::HandOver>(verdict);
  const Instant due_at = desk.calendar().start_of(hand_over.due_on);
  if (due_at > now) return Later{Later::Why::day, due_at};
  return plan_now(reader, stored, hand_over, next_round(past, cycle), desk, now, planned);
}

}  // namespace recycled::engine
