#include "billing/decide.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "billing/backoff.hpp"
#include "billing/deciding.hpp"

namespace recycled::billing {
namespace {

Millis backoff(const Timing& timing, int tries, double jitter, std::optional<Millis> retry_after) {
  const Millis longest = doubled(timing.first_backoff, tries, timing.longest_backoff);
  return std::max(full_jitter(longest, jitter),
                  std::min(retry_after.value_or(Millis(0)), longest_retry_after));
}

}  // namespace

Millis Deciding::inquiry_gap(int inquiries) const {
  return doubled(timing_.first_inquiry, inquiries, timing_.longest_inquiry);
}

void Deciding::go(RecoveryState state, Reason reason, Step step, std::optional<Instant> at) {
  now_is().state = state;
  now_is().reason = reason;
  now_is().tries = 0;
  next(step, at);
}

void Deciding::next(Step step, std::optional<Instant> at) {
  now_is().step = step;
  now_is().next_at = at;
}

void Deciding::finish(RecoveryState state, Reason reason, Move move) {
  go(state, reason, Step::none, std::nullopt);
  look_once_more();
  now_is().settled_at = situation_.now;
  // A subscription that has gone its own way is not moved.
  decision_.move = situation_.moved_on ? Move::none : move;
}

// Given up, and not because FlexFactor declined: a success may yet come, and its callback may be
// the one that is lost. Also where their id never came: then our own is looked for in their list.
bool Deciding::may_yet_be_charged() const {
  const Recovery& recovery = decision_.recovery;
  if (!is_given_up(recovery) || recovery.reason == Reason::declined) return false;
  // A refused request made no order.
  const bool may_be_there = recovery.left && recovery.reason != Reason::refused;
  return recovery.provider_order.has_value() || may_be_there;
}

void Deciding::look_once_more() {
  if (!may_yet_be_charged()) return stop_working();
  next(Step::inquire, situation_.now + timing_.last_look);
}

// Until its expiry, and somewhat after it, FlexFactor may yet charge what ended early: that is
// looked at once more then.
void Deciding::look_past_expiry() {
  const Instant past_expiry = now_is().expires_at + timing_.last_look;
  const bool is_past = situation_.now >= past_expiry || now_is().reason == Reason::expired;
  if (is_past || !may_yet_be_charged()) return stop_working();
  now_is().tries = 0;
  next(Step::inquire, past_expiry);
}

// The step got no answer: the same one later. Our trouble and FlexFactor's use up no re-attempt.
void Deciding::again_later(std::optional<Millis> retry_after) {
  if (now_is().step == Step::none) return;
  const Millis wait = backoff(timing_, now_is().tries, situation_.jitter, retry_after);
  now_is().tries += 1;
  now_is().next_at = situation_.now + wait;
}

void Deciding::park(Reason reason) {
  go(RecoveryState::parked, reason, Step::none, std::nullopt);
  keep_asking();
  decision_.alarm = Alarm::parked;
}

// What a person does in FlexFactor's portal, or FlexFactor by itself, is learned without a callback
// too. A held late success waits for a person's word alone.
void Deciding::keep_asking() {
  if (!now_is().provider_order || is_held(now_is())) return stop_working();
  next(Step::inquire, situation_.now + timing_.longest_inquiry);
}

void Deciding::withdraw(Reason reason) {
  now_is().inquiries = 0;  // from here on: cancels that changed nothing
  go(RecoveryState::withdrawing, reason, cancel_step(now_is()), situation_.now);
}

// --- success (B4) ---
void Deciding::succeed() {
  if (now_is().state == RecoveryState::recovered) return;
  if (is_cascade(now_is())) return approve_shopper();
  if (!is_live(now_is().state)) return succeed_late();
  const bool left = customer_left(now_is()) || has_left(situation_.status);
  now_is().refund_due = left;
  finish(RecoveryState::recovered, Reason::none, Move::next_cycle);
  if (left) decision_.alarm = Alarm::refund_due;
  if (situation_.moved_on) decision_.alarm = Alarm::contradiction;
}

// Charged after we had given up: always an alarm, and never a second time through another path.
void Deciding::succeed_late() {
  if (now_is().state == RecoveryState::released) {  // it never left: this cannot be ours
    decision_.alarm = Alarm::contradiction;
    return;
  }
  now_is().late = true;
  if (now_is().state == RecoveryState::withdrawn) {
    now_is().refund_due = true;
    finish(RecoveryState::recovered, now_is().reason, Move::next_cycle);
    decision_.alarm = Alarm::refund_due;
    return;
  }
  if (late_success_ == LateSuccess::accept && !situation_.moved_on) {
    finish(RecoveryState::recovered, Reason::none, Move::next_cycle);
  } else {
    park(Reason::late_success);
  }
  decision_.alarm = Alarm::late_success;
}

// --- failure (B5) ---
void Deciding::end_without_charge(Reason reason, Source source) {
  if (now_is().state ==
      RecoveryState::recovered) {  // a late failure after a success: kept, no more
    decision_.alarm = Alarm::contradiction;
    if (source == Source::callback && now_is().provider_order) {
      next(Step::inquire, situation_.now);
    } else if (!is_old_) {
      stop_working();
    }
    return;
  }
  if (!is_live(now_is().state)) {
    if (source == Source::inquiry && !is_old_) look_past_expiry();
    return;
  }
  if (now_is().state == RecoveryState::withdrawing) return conclude_withdrawal();
  finish(RecoveryState::failed, reason, Move::recycle_failed);
}

void Deciding::conclude_withdrawal() {
  const Reason reason = now_is().reason;
  if (customer_left(now_is())) {
    finish(RecoveryState::withdrawn, reason, Move::gateway_back);
  } else {
    finish(RecoveryState::failed, reason, Move::recycle_failed);
  }
}

Question question_of(const Recovery& recovery) {
  return {recovery.step, recovery.next_at, recovery.provider_order};
}

Decision decide(const Recovery& recovery, const Event& event, const Rules& rules,
                const Situation& situation) {
  Deciding deciding(recovery, rules, situation);
  std::visit([&deciding](const auto& alternative) { deciding.on(alternative); }, event);
  return deciding.take();
}

Step step_now(const Recovery& recovery, const Rules& rules, Instant now) {
  if (is_cascade(recovery)) return step_of_cascade(recovery);
  if (!is_live(recovery.state)) return recovery.step;
  // A look is harmless at any age of the key, and finds what a cancel would only be refused for.
  if (looks_up(recovery) && recovery.state == RecoveryState::unknown) {
    return now < recovery.expires_at ? Step::inquire : Step::external_cancel;
  }
  if (recovery.step != Step::send && !looks_up(recovery)) return recovery.step;
  const bool is_taken_back = recovery.state == RecoveryState::withdrawing;  // and never sent
  if (!recovery.left && !is_taken_back) {
    // Sent with hardly any time left it would use up the re-attempt for nothing.
    const Instant half = recovery.claimed_at + (recovery.expires_at - recovery.claimed_at) / 2;
    return now < half ? Step::send : Step::none;
  }
  const bool key_is_old =
      recovery.state != RecoveryState::intended && !is_key_young(recovery, rules.timing, now);
  if (!key_is_old && now < recovery.expires_at) return recovery.step;
  return recovery.provider_order ? Step::inquire : Step::external_cancel;
}

Decision release(const Recovery& recovery, const Situation& situation) {
  ensure(recovery.state == RecoveryState::intended && !recovery.left,
         "only what never left is released");
  Decision decision;
  decision.recovery = recovery;
  decision.recovery.state = RecoveryState::released;
  decision.recovery.reason = Reason::never_sent;
  decision.recovery.step = Step::none;
  decision.recovery.next_at = std::nullopt;
  decision.recovery.settled_at = situation.now;
  return decision;
}

}  // namespace recycled::billing
