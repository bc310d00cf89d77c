// What is different while a shopper waits: an answer at once, once and for all; and what becomes of
// a charge that comes after the "no". Source: mission.md C2, domain.md "Defaults where nobody
// says".
#include "billing/deciding.hpp"

namespace recycled::billing {
namespace {

// From a cancel to the look whether FlexFactor has the order after all: the request was perhaps on
// its way there when the cancel overtook it.
constexpr Millis look_after_cancel = std::chrono::minutes(1);

}  // namespace

// Whoever claimed it sends it, once, at once: what is still to be sent later has lost its shopper.
Step step_of_cascade(const Recovery& recovery) {
  if (recovery.step != Step::send) return recovery.step;
  return recovery.provider_order ? Step::inquire : Step::external_cancel;
}

// Any end, and any doubt, is an answer. `told` never changes after that.
void Deciding::answer_shopper() {
  if (!is_awaited(now_is())) return;
  switch (now_is().state) {
    case RecoveryState::intended:
    case RecoveryState::waiting:
      return;
    case RecoveryState::recovered:
    case RecoveryState::unknown:
    case RecoveryState::grace:
    case RecoveryState::withdrawing:
    case RecoveryState::parked:
    case RecoveryState::failed:
    case RecoveryState::withdrawn:
    case RecoveryState::released:
      now_is().told = now_is().reason;
      return;
  }
}

// --- success ---
// The deadline decides, not who was slow.
void Deciding::approve_shopper() {
  if (now_is().state == RecoveryState::released) {  // it never left: this cannot be ours
    decision_.alarm = Alarm::contradiction;
    return;
  }
  const bool in_time = is_awaited(now_is()) && situation_.now < now_is().expires_at;
  if (in_time) return finish(RecoveryState::recovered, Reason::none, Move::next_cycle);
  if (!now_is().told) now_is().told = Reason::timeout;
  succeed_after_no();
}

// The shopper was told "declined" and has gone, or has paid elsewhere: the sale is not completed.
void Deciding::succeed_after_no() {
  now_is().late = true;
  now_is().refund_due = true;
  // After an adoption (Adopted) the "no" is ours alone: he may have been told "yes".
  const bool is_sure = *now_is().told != Reason::interrupted;
  switch (is_sure ? late_cascade_ : LateCascade::hold) {
    case LateCascade::hold:
      park(Reason::late_success);
      break;
    case LateCascade::refund:
      finish(RecoveryState::recovered, *now_is().told, Move::none);
      give_back();
      break;
  }
  decision_.alarm = Alarm::late_success;
}

// Without their id nobody but a person can give it back.
void Deciding::give_back() {
  if (now_is().provider_order) next(Step::refund, situation_.now);
}

// Completed, as we know. The answer to an inquiry that a contradiction had asked for, or the one
// whether a refund went through whose answer was lost.
void Deciding::was_charged(Source source) {
  const bool asked = now_is().step == Step::inquire;
  const bool gives_back = is_given_back(now_is());
  if (now_is().step == Step::refund) return;
  const bool is_older = is_old_ || (gives_back && source == Source::callback);
  if (asked && is_older) return;  // than the question, or perhaps than the refund
  stop_working();
  if (asked && gives_back) give_back();
}

void Deciding::on(const RefundAnswered& event) {
  if (!is_given_back(now_is())) return;  // other news was faster
  switch (event.result) {
    case Refund::accepted:
      stop_working();
      return flag_money_back(News::refunded);
    case Refund::refused:
      stop_working();
      decision_.alarm = Alarm::refund_due;
      return;
    case Refund::unavailable:  // never a second one before the order has been asked about
      next(Step::inquire, situation_.now);
      return again_later(event.retry_after);
  }
}

// --- the reply ---
void Deciding::answered_to_shopper(const Answered& event) {
  if (const auto* declined = std::get_if<outcome::Declined>(&event.outcome)) {
    return finish(RecoveryState::failed, declined->reason, Move::recycle_failed);
  }
  if (std::holds_alternative<outcome::Pending>(event.outcome)) {
    // There may yet be an answer in time: whoever waits asks for it.
    if (!now_is().provider_order) return sender_withdraws(Reason::strange_reply);
    const Instant given_up = now_is().expires_at + timing_.cascade_deadline;
    return go(RecoveryState::waiting, Reason::none, Step::inquire, given_up);
  }
  if (const auto* refused = std::get_if<outcome::Refused>(&event.outcome)) {
    return refused_to_shopper(refused->reason);
  }
  if (std::holds_alternative<outcome::NotSent>(event.outcome)) {
    return finish(RecoveryState::released, Reason::never_sent, Move::none);
  }
  sender_withdraws(Reason::no_answer);
}

// What only an open order can be about is taken back: an authorised amount, a challenge, a word
// that nobody knows. A refused request made no order.
void Deciding::refused_to_shopper(Reason reason) {
  if (reason != Reason::refused) return sender_withdraws(reason);
  finish(RecoveryState::failed, reason, Move::recycle_failed);
  decision_.alarm = Alarm::refused;
}

void Deciding::answered_after_no(const Answered& event) {
  if (std::holds_alternative<outcome::Unknown>(event.outcome)) return;
  const bool open = std::holds_alternative<outcome::Pending>(event.outcome);
  if (now_is().state != RecoveryState::withdrawing) {
    if (open && is_given_up(now_is())) next(cancel_step(now_is()), situation_.now);
    return;
  }
  const bool uncharged = std::holds_alternative<outcome::Declined>(event.outcome) ||
                         std::holds_alternative<outcome::NotSent>(event.outcome);
  if (uncharged) return conclude_withdrawal();
  next(cancel_step(now_is()), situation_.now);
}

// --- no answer in time ---
void Deciding::on(const TimedOut&) {
  if (!is_awaited(now_is())) return;
  now_is().left = true;
  sender_withdraws(Reason::timeout);
}

// Whoever waited for an answer takes it back now; the queue does, should he die over it.
void Deciding::sender_withdraws(Reason reason) {
  withdraw(reason);
  next(now_is().step, situation_.now + timing_.cascade_deadline);
}

// Not there yet, or not decided: the shopper's time is not up, or nobody waited for him to the end.
void Deciding::still_open_to_shopper() {
  if (situation_.now >= now_is().expires_at) withdraw(Reason::timeout);
}

void Deciding::check_withdrawal() {
  now_is().inquiries += 1;
  next(Step::inquire, situation_.now + look_after_cancel);
}

}  // namespace recycled::billing
