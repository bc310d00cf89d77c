#include "billing/decide.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace recycled::billing {
namespace {

Millis backoff(const Timing& timing, int tries, double jitter, std::optional<Millis> retry_after) {
  Millis cap = timing.first_backoff;
  for (int doubled = 0; doubled < tries && cap < timing.longest_backoff; ++doubled) cap *= 2;
  cap = std::min(cap, timing.longest_backoff);
  const auto drawn = Millis(static_cast<std::int64_t>(jitter * static_cast<double>(cap.count())));
  return std::max(drawn, retry_after.value_or(Millis(0)));
}

Millis inquiry_gap(const Timing& timing, int inquiries) {
  Millis gap = timing.first_inquiry;
  for (int doubled = 0; doubled < inquiries && gap < timing.longest_inquiry; ++doubled) gap *= 2;
  return std::min(gap, timing.longest_inquiry);
}

bool customer_left(const Recovery& recovery) {
  return recovery.reason == Reason::customer_cancelled ||
         recovery.reason == Reason::customer_paused;
}

Step cancel_step(const Recovery& recovery) {
  return recovery.provider_order ? Step::cancel : Step::external_cancel;
}

// One decision in the making. Each function below writes one arrow, or a few that look alike, of
// the state diagram.
class Deciding {
 public:
  Deciding(const Recovery& recovery, const Rules& rules, const Situation& situation)
      : timing_(rules.timing), late_success_(rules.late_success), situation_(situation) {
    decision_.recovery = recovery;
  }

  void on(const Answered& event);
  void on(const Learned& event);
  void on(const InquiryFailed& event);
  void on(const WithdrawAnswered& event);
  void on(const CustomerLeft& event);
  void on(const Interrupted& event);

  Decision take() { return decision_; }

 private:
  Recovery& now_is() { return decision_.recovery; }

  void go(RecoveryState state, Reason reason, Step step, std::optional<Instant> at);
  void next(Step step, std::optional<Instant> at);
  void stop_working() { next(Step::none, std::nullopt); }
  void finish(RecoveryState state, Reason reason, Move move);
  void again_later(std::optional<Millis> retry_after);

  void succeed();
  void succeed_late();
  void end_without_charge(Reason reason, Source source);
  void conclude_withdrawal();
  void park(Reason reason);
  void withdraw(Reason reason);
  void still_open();
  void not_found();

  void answered_while_sending(const Answered& event);
  void answered_while_withdrawing(const Answered& event);
  void answered_otherwise(const Answered& event);
  void not_now();

  const Timing& timing_;
  const LateSuccess late_success_;
  const Situation& situation_;
  Decision decision_;
};

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
  now_is().settled_at = situation_.now;
  decision_.move = move;
}

// The step got no answer: the same one later. Our trouble and FlexFactor's use up no re-attempt.
void Deciding::again_later(std::optional<Millis> retry_after) {
  const Millis wait = backoff(timing_, now_is().tries, situation_.jitter, retry_after);
  now_is().tries += 1;
  now_is().next_at = situation_.now + wait;
}

void Deciding::park(Reason reason) {
  go(RecoveryState::parked, reason, Step::none, std::nullopt);
  decision_.alarm = Alarm::parked;
}

void Deciding::withdraw(Reason reason) {
  now_is().inquiries = 0;  // from here on: cancels that changed nothing
  go(RecoveryState::withdrawing, reason, cancel_step(now_is()), situation_.now);
}

// --- success (B4) ---
void Deciding::succeed() {
  if (now_is().state == RecoveryState::recovered) return;
  if (!is_live(now_is().state)) return succeed_late();
  if (now_is().reason == Reason::late_success) return;  // held for a person: a repeat is not one
  const bool left = customer_left(now_is()) || situation_.status == SubscriptionStatus::cancelled ||
                    situation_.status == SubscriptionStatus::paused;
  now_is().refund_due = left;
  finish(RecoveryState::recovered, Reason::none,
         situation_.moved_on ? Move::none : Move::next_cycle);
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
    finish(RecoveryState::recovered, now_is().reason,
           situation_.moved_on ? Move::none : Move::next_cycle);
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
    } else {
      stop_working();
    }
    return;
  }
  if (!is_live(now_is().state)) return stop_working();
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

// --- the reply to a hand-over ---
void Deciding::on(const Answered& event) {
  const bool reached = !std::holds_alternative<outcome::NotSent>(event.outcome);
  if (reached) now_is().left = true;
  if (event.provider_order) now_is().provider_order = event.provider_order;
  if (std::holds_alternative<outcome::Approved>(event.outcome)) return succeed();
  if (event.sending != now_is().sending) return;
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
    const Instant at = std::min(situation_.now + inquiry_gap(timing_, 0), now_is().expires_at);
    if (!now_is().provider_order) return park(Reason::strange_reply);
    return go(RecoveryState::waiting, Reason::none, Step::inquire, at);
  }
  if (const auto* refused = std::get_if<outcome::Refused>(&event.outcome)) {
    return park(refused->reason);
  }
  if (const auto* not_sent = std::get_if<outcome::NotSent>(&event.outcome)) {
    if (now_is().state == RecoveryState::intended) now_is().unsent_until = situation_.now;
    return again_later(not_sent->retry_after);
  }
  const auto* unknown = std::get_if<outcome::Unknown>(&event.outcome);
  ensure(unknown != nullptr, "an approval was handled before");
  now_is().state = RecoveryState::unknown;
  now_is().reason = Reason::no_answer;
  again_later(unknown->retry_after);
}

// A sync account said "not now": the same order under a new key, until expiry (flexfactor.md). What
// is asked next is `intended` anew; the engine stores the new bytes with this decision.
void Deciding::not_now() {
  const Instant at = situation_.now + timing_.sync_repeat;
  if (at < now_is().expires_at) {
    now_is().sending += 1;
    now_is().unsent_until = situation_.now;
    return go(RecoveryState::intended, Reason::declined, Step::send, at);
  }
  if (now_is().provider_order) {
    return go(RecoveryState::waiting, Reason::declined, Step::inquire, now_is().expires_at);
  }
  go(RecoveryState::withdrawing, Reason::expired, Step::external_cancel, now_is().expires_at);
}

void Deciding::answered_while_withdrawing(const Answered& event) {
  if (std::holds_alternative<outcome::Declined>(event.outcome)) {
    if (situation_.mit == MitMode::managed) conclude_withdrawal();
    return;
  }
  if (std::holds_alternative<outcome::NotSent>(event.outcome) && !now_is().left) {
    return conclude_withdrawal();
  }
  next(cancel_step(now_is()), situation_.now);
}

void Deciding::answered_otherwise(const Answered& event) {
  const RecoveryState state = now_is().state;
  if (const auto* declined = std::get_if<outcome::Declined>(&event.outcome)) {
    const bool final = situation_.mit == MitMode::managed || declined->reason != Reason::declined;
    if (final) end_without_charge(declined->reason, Source::callback);
    return;
  }
  // We had given it up, and now it turns out to be open there.
  const bool given_up = state == RecoveryState::failed || state == RecoveryState::withdrawn;
  if (given_up && std::holds_alternative<outcome::Pending>(event.outcome)) {
    next(cancel_step(now_is()), situation_.now);
  }
}

// --- news of an order FlexFactor has taken over ---
void Deciding::on(const Learned& event) {
  now_is().left = true;
  if (event.provider_order) now_is().provider_order = event.provider_order;
  switch (event.news) {
    case News::completed:
      succeed();
      // The answer to an inquiry that a contradiction had asked for.
      if (now_is().state == RecoveryState::recovered) stop_working();
      return;
    case News::expired:
      return end_without_charge(Reason::expired, event.source);
    case News::cancelled:
      return end_without_charge(Reason::cancelled_by_provider, event.source);
    case News::still_open:
      return still_open();
    case News::not_found:
      return not_found();
    case News::capture_required:
    case News::challenge:
    case News::problem:
    case News::strange:
      if (is_live(now_is().state) && now_is().state != RecoveryState::withdrawing) {
        const Reason reason = event.news == News::capture_required ? Reason::capture_required
                              : event.news == News::challenge      ? Reason::challenge
                              : event.news == News::problem        ? Reason::problem
                                                                   : Reason::strange_reply;
        return park(reason);
      }
      return still_open();
    case News::refunded:
    case News::charged_back: {
      const bool refund = event.news == News::refunded;
      (refund ? now_is().refunded : now_is().charged_back) = true;
      // Money went back for a charge we have not heard of: a person must see what happened.
      if (is_live(now_is().state)) park(Reason::problem);
      stop_working();
      decision_.alarm = refund ? Alarm::refund : Alarm::chargeback;
      return;
    }
  }
}

void Deciding::still_open() {
  const Instant now = situation_.now;
  const Instant give_up_at = now_is().expires_at + timing_.grace;
  now_is().inquiries += 1;
  switch (now_is().state) {
    case RecoveryState::intended:
    case RecoveryState::unknown:
    case RecoveryState::waiting:
    case RecoveryState::grace:
      if (!now_is().provider_order) return;
      if (now < now_is().expires_at) {
        const Instant at = now + inquiry_gap(timing_, now_is().inquiries);
        return go(RecoveryState::waiting, Reason::none, Step::inquire,
                  std::min(at, now_is().expires_at));
      }
      if (now < give_up_at) {
        return go(RecoveryState::grace, Reason::expired, Step::inquire, give_up_at);
      }
      return withdraw(Reason::expired);
    case RecoveryState::withdrawing:
      if (now_is().inquiries >= timing_.cancel_tries) return park(Reason::cancel_ignored);
      again_later(std::nullopt);
      now_is().step = cancel_step(now_is());
      return;
    case RecoveryState::parked:
    case RecoveryState::recovered:
    case RecoveryState::failed:
    case RecoveryState::withdrawn:
    case RecoveryState::released:
      return stop_working();
  }
}

void Deciding::not_found() {
  if (!is_live(now_is().state)) return stop_working();
  if (now_is().state == RecoveryState::withdrawing) return conclude_withdrawal();
  if (now_is().tries == 0) decision_.alarm = Alarm::lost_order;
  if (situation_.now >= now_is().expires_at + timing_.grace) return withdraw(Reason::expired);
  again_later(inquiry_gap(timing_, now_is().tries));
}

void Deciding::on(const InquiryFailed& event) {
  if (now_is().step != Step::none) again_later(event.retry_after);
}

// --- the answer to a cancel ---
void Deciding::on(const WithdrawAnswered& event) {
  if (event.result == Withdrawal::unavailable) return again_later(event.retry_after);
  if (!is_live(now_is().state)) return stop_working();
  if (now_is().state != RecoveryState::withdrawing) {
    // step_now turned a request too old to repeat into this withdrawal.
    now_is().state = RecoveryState::withdrawing;
    now_is().reason = now_is().reason == Reason::declined ? Reason::expired : Reason::unresolved;
  }
  if (now_is().provider_order) {
    // Taken or refused, only the order itself says whether it had just completed.
    return next(Step::inquire, situation_.now);
  }
  if (event.result == Withdrawal::refused) return park(Reason::unresolved);
  conclude_withdrawal();
}

void Deciding::on(const CustomerLeft& event) {
  if (!is_live(now_is().state)) return;
  withdraw(event.how == Departure::cancelled ? Reason::customer_cancelled
                                             : Reason::customer_paused);
}

void Deciding::on(const Interrupted&) {
  if (now_is().state != RecoveryState::intended) return;
  now_is().left = true;
  now_is().state = RecoveryState::unknown;
  now_is().reason = Reason::interrupted;
}

}  // namespace

Decision decide(const Recovery& recovery, const Event& event, const Rules& rules,
                const Situation& situation) {
  Deciding deciding(recovery, rules, situation);
  std::visit([&deciding](const auto& alternative) { deciding.on(alternative); }, event);
  return deciding.take();
}

Step step_now(const Recovery& recovery, const Rules& rules, Instant now) {
  if (recovery.step != Step::send) return recovery.step;
  if (!recovery.left) return now < recovery.expires_at ? Step::send : Step::none;
  const bool key_is_old = recovery.state == RecoveryState::unknown &&
                          now >= recovery.unsent_until + rules.timing.repeat_window;
  if (!key_is_old && now < recovery.expires_at) return Step::send;
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
