// One decision in the making: the inside of decide(), shared by the files that write its arrows.
// decide.cpp has the moves, decide_reply.cpp what a reply means, decide_news.cpp what news means,
// decide_cascade.cpp what is different while a shopper waits, and after he had to be sent away,
// decide_person.cpp what a person's word comes to.
#pragma once

#include "billing/decide.hpp"

namespace recycled::billing {

// Charged after we had given up, and a person is to say what becomes of it: nothing else may.
inline bool is_held(const Recovery& recovery) {
  return recovery.state == RecoveryState::parked && recovery.reason == Reason::late_success;
}

inline bool is_cascade(const Recovery& recovery) { return recovery.kind == RecoveryKind::cascade; }

// A cascade whose shopper has no answer yet.
inline bool is_awaited(const Recovery& recovery) { return is_cascade(recovery) && !recovery.told; }

inline bool customer_left(const Recovery& recovery) {
  return recovery.reason == Reason::customer_cancelled ||
         recovery.reason == Reason::customer_paused;
}

// Ended by us or by FlexFactor, and not charged as far as we know.
inline bool is_given_up(const Recovery& recovery) {
  return recovery.state == RecoveryState::failed || recovery.state == RecoveryState::withdrawn;
}

inline Step cancel_step(const Recovery& recovery) {
  return recovery.provider_order ? Step::cancel : Step::external_cancel;
}

// An inquiry about an order whose id of theirs never came: our own is looked for in their list.
inline bool looks_up(const Recovery& recovery) {
  return recovery.step == Step::inquire && !recovery.provider_order;
}

// A cascade that was taken back without an id of theirs, and is looked for once more.
inline bool is_checking(const Recovery& recovery) {
  return is_cascade(recovery) && recovery.state == RecoveryState::withdrawing &&
         !recovery.provider_order && recovery.inquiries > 0;
}

// A charge that is being given back: a cascade's that was late, or any on a person's word, which
// keeps the reason it was parked for.
inline bool is_given_back(const Recovery& recovery) {
  const bool by_word = recovery.reason != Reason::none && !customer_left(recovery);
  return recovery.late && recovery.refund_due && !recovery.refunded &&
         (is_cascade(recovery) || by_word);
}

Step step_of_cascade(const Recovery& recovery);

// Whether FlexFactor still knows a repeat by its key (flexfactor.md "Repeats").
inline bool is_key_young(const Recovery& recovery, const Timing& timing, Instant now) {
  return now < recovery.unsent_until + timing.repeat_window;
}

// One decision in the making. Each function below writes one arrow, or a few that look alike, of
// the state diagram.
class Deciding {
 public:
  Deciding(const Recovery& recovery, const Rules& rules, const Situation& situation)
      : rules_(rules),
        timing_(rules.timing),
        late_success_(rules.late_success),
        late_cascade_(rules.late_cascade),
        when_unknown_(rules.when_unknown),
        situation_(situation) {
    decision_.recovery = recovery;
  }

  void on(const Answered& event);
  void on(const Learned& event);
  void on(const InquiryFailed& event);
  void on(const WithdrawAnswered& event);
  void on(const CustomerLeft& event);
  void on(const Interrupted& event);
  void on(const Adopted& event);
  void on(const TimedOut& event);
  void on(const RefundAnswered& event);
  void on(const PersonSaid& event);

  Decision take() {
    answer_shopper();
    return decision_;
  }

 private:
  Recovery& now_is() { return decision_.recovery; }

  // Not there, not over, no answer: of an older question that is news of before, and takes nothing
  // back that was planned since. Only where it brings their id the cancel to come is by that one.
  void hear(const std::optional<Question>& question) {
    is_old_ = question && *question != question_of(decision_.recovery);
  }
  void go(RecoveryState state, Reason reason, Step step, std::optional<Instant> at);
  void next(Step step, std::optional<Instant> at);
  // Its time was over before it could be asked again under a new key.
  bool is_overdue() const {
    const Recovery& recovery = decision_.recovery;
    return recovery.state == RecoveryState::intended && situation_.now >= recovery.expires_at;
  }
  void stop_working() { next(Step::none, std::nullopt); }
  void finish(RecoveryState state, Reason reason, Move move);
  void again_later(std::optional<Millis> retry_after);
  bool may_yet_be_charged() const;
  void look_once_more();
  void look_past_expiry();

  Millis inquiry_gap(int inquiries) const;
  void succeed();
  void succeed_late();
  void end_without_charge(Reason reason, Source source);
  void conclude_withdrawal();
  void refused_withdrawal();
  void park(Reason reason);
  void keep_asking();
  void withdraw(Reason reason);
  void still_open(Source source);
  void still_open_at_sync(Source source);
  void not_found();
  void lost_before_refund();
  void learned_while_held(const Learned& event);
  void flag_money_back(News news);

  void answered_while_sending(const Answered& event);
  void answered_while_withdrawing(const Answered& event);
  void answered_otherwise(const Answered& event);
  void not_now();
  void not_taken_in(const outcome::NotSent& outcome);
  void become_unknown(Reason reason);

  void answer_shopper();
  void approve_shopper();
  void succeed_after_no();
  void answered_to_shopper(const Answered& event);
  void answered_after_no(const Answered& event);
  void refused_to_shopper(Reason reason);
  void still_open_to_shopper();
  void give_back();
  void was_charged(Source source);
  void sender_withdraws(Reason reason);
  void check_withdrawal();

  void person_keeps_charge();
  void person_gives_up_charge();
  void person_retries();

  const Rules& rules_;
  const Timing& timing_;
  const LateSuccess late_success_;
  const LateCascade late_cascade_;
  const WhenUnknown when_unknown_;
  const Situation& situation_;
  Decision decision_;
  bool is_old_ = false;  // the event: another question has come in the place of its own
};

}  // namespace recycled::billing
