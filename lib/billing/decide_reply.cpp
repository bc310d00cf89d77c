// What the reply to a hand-over means.
#include <algorithm>

#include "base/ensure.hpp"
#include "billing/deciding.hpp"

namespace recycled::billing {

void Deciding::on(const Answered& event) {
  const bool reached = !std::holds_alternative<outcome::NotSent>(event.outcome);
  if (reached) now_is().left = true;
  if (event.provider_order) now_is().provider_order = event.provider_order;
  // Where this one did not leave, one before it may have; and nothing does so now.
  if (now_is().left && !now_is().provider_order) now_is().left_by = situation_.now;
  if (is_held(now_is())) return;
  if (std::holds_alternative<outcome::Approved>(event.outcome)) return succeed();
  if (event.sending != now_is().sending) return;
  if (is_awaited(now_is())) return answered_to_shopper(event);
  if (is_cascade(now_is())) return answered_after_no(event);
  switch (now_is().state) {
    case RecoveryState::intended:
    case RecoveryState::unknown:
      return answered_while_sending(event);
    case RecoveryState::withdrawing:
      return answered_while_withdrawing(event);
    case RecoveryState::waiting:
    case RecoveryState::grace:
    case RecoveryState::parked:
    case RecoveryState::recovered:
    case RecoveryState::failed:
    case RecoveryState::withdrawn:
    case RecoveryState::released:
      return answered_otherwise(event);
  }
}

void Deciding::answered_while_sending(const Answered& event) {
  if (const auto* declined = std::get_if<outcome::Declined>(&event.outcome)) {
    if (situation_.mit == MitMode::sync && declined->reason == Reason::declined) return not_now();
    return end_without_charge(declined->reason, Source::inquiry);
  }
  if (std::holds_alternative<outcome::Pending>(event.outcome)) {
    const Instant at = std::min(situation_.now + inquiry_gap(0), now_is().expires_at);
    if (!now_is().provider_order) return park(Reason::strange_reply);
    return go(RecoveryState::waiting, Reason::none, Step::inquire, at);
  }
  if (const auto* refused = std::get_if<outcome::Refused>(&event.outcome)) {
    return park(refused->reason);
  }
  if (const auto* not_sent = std::get_if<outcome::NotSent>(&event.outcome)) {
    return not_taken_in(*not_sent);
  }
  const auto* unknown = std::get_if<outcome::Unknown>(&event.outcome);
  ensure(unknown != nullptr, "an approval was handled before");
  become_unknown(Reason::no_answer);
  again_later(unknown->retry_after);
}

// Whatever keeps its place waits for pacing to move the queue on: so an outage ends in order of
// deadline.
void Deciding::not_taken_in(const outcome::NotSent& outcome) {
  switch (outcome.because) {
    case outcome::NotSent::Because::service:
      now_is().tries += 1;
      break;
    case outcome::NotSent::Because::pace:
      again_later(outcome.retry_after);
      break;
  }
  if (now_is().state != RecoveryState::intended) return;
  now_is().unsent_until = std::max(situation_.now, *now_is().next_at);
}

// How its fate is asked for is the operator's choice.
void Deciding::become_unknown(Reason reason) {
  now_is().state = RecoveryState::unknown;
  now_is().reason = reason;
  switch (when_unknown_) {
    case WhenUnknown::repeat:
      return;
    case WhenUnknown::look_up:
      now_is().step = Step::inquire;
      return;
    case WhenUnknown::withdraw:
      now_is().step = cancel_step(now_is());
      return;
  }
}

// A sync account said "not now": the same order under a new key, until expiry (flexfactor.md). What
// is asked next is `intended` anew; the engine stores the new bytes with this decision.
void Deciding::not_now() {
  const Instant at = situation_.now + timing_.sync_repeat;
  if (at < now_is().expires_at) {
    now_is().sending += 1;
    now_is().unsent_until = at;
    return go(RecoveryState::intended, Reason::declined, Step::send, at);
  }
  if (now_is().provider_order) {
    return go(RecoveryState::waiting, Reason::declined, Step::inquire, now_is().expires_at);
  }
  go(RecoveryState::withdrawing, Reason::expired, Step::external_cancel, now_is().expires_at);
}

void Deciding::answered_while_withdrawing(const Answered& event) {
  const bool declined = std::holds_alternative<outcome::Declined>(event.outcome);
  if (declined && situation_.mit == MitMode::managed) return conclude_withdrawal();
  if (std::holds_alternative<outcome::NotSent>(event.outcome) && !now_is().left) {
    return conclude_withdrawal();
  }
  next(cancel_step(now_is()), situation_.now);
}

void Deciding::answered_otherwise(const Answered& event) {
  if (const auto* declined = std::get_if<outcome::Declined>(&event.outcome)) {
    const bool final = situation_.mit == MitMode::managed || declined->reason != Reason::declined;
    if (final) end_without_charge(declined->reason, Source::callback);
    return;
  }
  // We had given it up, and now it turns out to be open there.
  if (is_given_up(now_is()) && std::holds_alternative<outcome::Pending>(event.outcome)) {
    next(cancel_step(now_is()), situation_.now);
  }
}

}  // namespace recycled::billing
