// What news of an order means that FlexFactor has taken over: from a callback, an inquiry, a
// cancel, the customer, or our own restart.
#include <algorithm>

#include "billing/deciding.hpp"

namespace recycled::billing {

void Deciding::on(const Learned& event) {
  hear(event.question);
  now_is().left = true;
  const bool is_found = event.provider_order && !now_is().provider_order;
  if (event.provider_order) now_is().provider_order = event.provider_order;
  if (is_found && now_is().state == RecoveryState::withdrawing && event.news == News::still_open) {
    return next(Step::cancel, situation_.now);  // now it can be taken back by its own id
  }
  if (is_held(now_is())) return learned_while_held(event);
  switch (event.news) {
    case News::completed:
      succeed();
      if (now_is().state == RecoveryState::recovered) was_charged(event.source);
      return;
    case News::expired:
      return end_without_charge(Reason::expired, event.source);
    case News::cancelled:
      return end_without_charge(Reason::cancelled_by_provider, event.source);
    case News::still_open:
      return still_open(event.source);
    case News::not_found:
      return not_found();
    case News::capture_required:
    case News::challenge:
    case News::problem:
    case News::strange:
      if (is_old_ && now_is().step != Step::none) return;
      if (now_is().state == RecoveryState::parked) return keep_asking();
      if (is_live(now_is().state) && now_is().state != RecoveryState::withdrawing) {
        const Reason reason = event.news == News::capture_required ? Reason::capture_required
                              : event.news == News::challenge      ? Reason::challenge
                              : event.news == News::problem        ? Reason::problem
                                                                   : Reason::strange_reply;
        return is_awaited(now_is()) ? withdraw(reason) : park(reason);
      }
      return still_open(event.source);
    case News::refunded:
    case News::charged_back:
      // Money went back for a charge we have not heard of: a person must see what happened.
      if (is_live(now_is().state)) park(Reason::problem);
      stop_working();
      return flag_money_back(event.news);
  }
}

void Deciding::learned_while_held(const Learned& event) {
  if (event.news == News::refunded || event.news == News::charged_back) {
    return flag_money_back(event.news);
  }
  const bool uncharged = event.news == News::expired || event.news == News::cancelled;
  if (uncharged) decision_.alarm = Alarm::contradiction;
}

void Deciding::flag_money_back(News news) {
  const bool refund = news == News::refunded;
  bool& flag = refund ? now_is().refunded : now_is().charged_back;
  if (flag) return;  // told again: old news
  flag = true;
  decision_.alarm = refund ? Alarm::refund : Alarm::chargeback;
}

void Deciding::still_open(Source source) {
  const Instant now = situation_.now;
  const Instant give_up_at = now_is().expires_at + timing_.grace;
  if (is_old_) return;
  if (is_awaited(now_is())) return still_open_to_shopper();
  now_is().inquiries += 1;
  switch (now_is().state) {
    case RecoveryState::intended:
    case RecoveryState::unknown:
      if (situation_.mit == MitMode::sync && !is_overdue()) return still_open_at_sync(source);
      [[fallthrough]];
    case RecoveryState::waiting:
    case RecoveryState::grace:
      if (!now_is().provider_order) return;
      if (now < now_is().expires_at) {
        const Instant at = now + inquiry_gap(now_is().inquiries);
        return go(RecoveryState::waiting, Reason::none, Step::inquire,
                  std::min(at, now_is().expires_at));
      }
      if (now < give_up_at) {
        return go(RecoveryState::grace, Reason::expired, Step::inquire, give_up_at);
      }
      return withdraw(Reason::expired);
    case RecoveryState::withdrawing:
      if (now_is().inquiries >= timing_.cancel_tries) return park(Reason::cancel_ignored);
      // A cancel may take its time there.
      return next(cancel_step(now_is()), now + inquiry_gap(now_is().inquiries - 1));
    case RecoveryState::failed:
    case RecoveryState::withdrawn:  // given up here, and still being worked on there
      decision_.alarm = Alarm::contradiction;
      return next(cancel_step(now_is()), now);
    case RecoveryState::parked:
      return keep_asking();
    case RecoveryState::recovered:  // a callback may be older than the charge
      if (source == Source::callback) return;
      return is_given_back(now_is()) ? again_later(inquiry_gap(now_is().tries)) : stop_working();
    case RecoveryState::released:
      return stop_working();
  }
}

// A sync account works on nothing by itself. What an evaluation brought whose reply is missing, the
// same bytes tell; too old for those, an order that is still open was told "not now".
void Deciding::still_open_at_sync(Source source) {
  if (now_is().state == RecoveryState::intended || !now_is().provider_order) return;
  const bool gives_up = now_is().step == Step::cancel || now_is().step == Step::external_cancel;
  if (gives_up || source == Source::callback) return;  // a callback may be older than the question
  if (!is_key_young(now_is(), timing_, situation_.now)) return not_now();
  if (now_is().step == Step::inquire) next(Step::send, situation_.now);
}

void Deciding::not_found() {
  if (is_old_) return;
  if (is_given_back(now_is())) return lost_before_refund();
  if (!is_live(now_is().state)) return look_past_expiry();
  if (is_awaited(now_is())) return still_open_to_shopper();
  if (now_is().state == RecoveryState::withdrawing) {
    // A cancel refused, and a list that lacks the order: one of the two is wrong.
    if (!now_is().provider_order && !is_checking(now_is())) return park(Reason::unresolved);
    return conclude_withdrawal();
  }
  if (!now_is().provider_order) return next(Step::send, situation_.now);  // the list lacks ours
  if (now_is().tries == 0) decision_.alarm = Alarm::lost_order;
  if (now_is().state == RecoveryState::parked) {
    now_is().tries += 1;
    return keep_asking();
  }
  if (situation_.now >= now_is().expires_at + timing_.grace) return withdraw(Reason::expired);
  again_later(inquiry_gap(now_is().tries));
}

// Charged, and whether it was given back is not known: a person is told, and it is asked again.
void Deciding::lost_before_refund() {
  if (now_is().tries == 0) decision_.alarm = Alarm::lost_order;
  again_later(inquiry_gap(now_is().tries));
}

void Deciding::on(const InquiryFailed& event) {
  hear(event.question);
  if (is_old_) return;
  again_later(event.retry_after);
  // A list that cannot tell is no better another time: then the same bytes are what is left to ask.
  const bool in_vain = event.because == InquiryFailed::Because::cannot_tell;
  if (!in_vain || !looks_up(now_is())) return;
  if (!is_live(now_is().state)) return stop_working();
  if (now_is().state == RecoveryState::unknown) now_is().step = Step::send;
  // Taken back once more, now that nothing can be on its way there any more.
  if (is_checking(now_is())) next(Step::external_cancel, situation_.now);
}

// --- the answer to a cancel ---
void Deciding::on(const WithdrawAnswered& event) {
  if (event.result == Withdrawal::unavailable) return again_later(event.retry_after);
  const RecoveryState state = now_is().state;
  if (state == RecoveryState::intended || state == RecoveryState::unknown) {
    // step_now turned a request too old to repeat into this withdrawal.
    now_is().state = RecoveryState::withdrawing;
    now_is().reason = is_cascade(now_is())                  ? Reason::timeout
                      : now_is().reason == Reason::declined ? Reason::expired
                                                            : Reason::unresolved;
  } else if (state != RecoveryState::withdrawing) {
    // Other news was faster and has decided; what was found open after its end is looked at again.
    const bool doubted = now_is().step == Step::cancel || now_is().step == Step::external_cancel;
    if (doubted) look_once_more();
    return;
  }
  // Two took it back: the look that the first answer asked for is ahead.
  if (is_checking(now_is()) && now_is().step == Step::inquire) return;
  if (now_is().provider_order) {
    // Taken or refused, only the order itself says whether it had just completed.
    return next(Step::inquire, situation_.now);
  }
  if (event.result == Withdrawal::refused) return refused_withdrawal();
  if (is_cascade(now_is()) && !is_checking(now_is())) return check_withdrawal();
  conclude_withdrawal();
}

// Perhaps it is there and charged, perhaps the refusal is how an unknown order is answered: their
// list is asked for our id, and then a person. Never the same bytes again: whoever takes an order
// back does not want it made.
void Deciding::refused_withdrawal() {
  const Instant now = situation_.now;
  const bool has_time = is_cascade(now_is()) || now < now_is().expires_at;
  const bool is_young = is_key_young(now_is(), timing_, now) && has_time;
  if (!is_young) return park(Reason::unresolved);
  again_later(std::nullopt);
  now_is().step = Step::inquire;
}

void Deciding::on(const CustomerLeft& event) {
  if (!is_live(now_is().state) || is_held(now_is())) return;
  withdraw(event.how == Departure::cancelled ? Reason::customer_cancelled
                                             : Reason::customer_paused);
}

void Deciding::on(const Interrupted&) {
  if (now_is().state != RecoveryState::intended) return;
  if (now_is().next_at && *now_is().next_at > situation_.now) return;  // its time has not come yet
  now_is().left = true;
  now_is().left_by = situation_.now;  // the process that sent it is dead
  if (is_cascade(now_is())) return withdraw(Reason::timeout);
  become_unknown(Reason::interrupted);
}

// Whatever the config has for those without an answer: the key may have been forgotten since. What
// a shopper was told elsewhere nobody here knows, so a person says what becomes of his order; and a
// refund may have been made.
void Deciding::on(const Adopted&) {
  if (now_is().step == Step::refund) return next(Step::inquire, situation_.now);
  if (is_awaited(now_is()) && is_live(now_is().state)) {
    now_is().left = true;
    now_is().left_by = std::nullopt;
    return park(Reason::interrupted);
  }
  const bool doubtful =
      now_is().state == RecoveryState::intended || now_is().state == RecoveryState::unknown;
  if (!doubtful || is_cascade(now_is())) return;
  now_is().left = true;
  now_is().left_by = std::nullopt;
  now_is().tries = 0;
  go(RecoveryState::unknown, Reason::interrupted, Step::inquire, situation_.now);
}

}  // namespace recycled::billing
