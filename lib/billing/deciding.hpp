// One decision in the making: the inside of decide(), shared by the files that write its arrows.
// decide.cpp has the moves, decide_reply.cpp what a reply means, decide_news.cpp what news means.
#pragma once

#include "billing/decide.hpp"

namespace recycled::billing {

// Charged after we had given up, and a person is to say what becomes of it: nothing else may.
inline bool is_held(const Recovery& recovery) {
  return recovery.state == RecoveryState::parked && recovery.reason == Reason::late_success;
}

inline bool customer_left(const Recovery& recovery) {
  return recovery.reason == Reason::customer_cancelled ||
         recovery.reason == Reason::customer_paused;
}

inline Step cancel_step(const Recovery& recovery) {
  return recovery.provider_order ? Step::cancel : Step::external_cancel;
}

// An inquiry about an order whose id of theirs never came: our own is looked for in their list.
inline bool looks_up(const Recovery& recovery) {
  return recovery.step == Step::inquire && !recovery.provider_order;
}

// Whether FlexFactor still knows a repeat by its key (flexfactor.md "Repeats").
inline bool is_key_young(const Recovery& recovery, const Timing& timing, Instant now) {
  return now < recovery.unsent_until + timing.repeat_window;
}

// One decision in the making. Each function below writes one arrow, or a few that look alike, of
// the state diagram.
class Deciding {
 public:
  Deciding(const Recovery& recovery, const Rules& rules, const Situation& situation)
      : timing_(rules.timing),
        late_success_(rules.late_success),
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

  Decision take() { return decision_; }

 private:
  Recovery& now_is() { return decision_.recovery; }

  void go(RecoveryState state, Reason reason, Step step, std::optional<Instant> at);
  void next(Step step, std::optional<Instant> at);
  void stop_working() { next(Step::none, std::nullopt); }
  void finish(RecoveryState state, Reason reason, Move move);
  void again_later(std::optional<Millis> retry_after);

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
  void learned_while_held(const Learned& event);
  void flag_money_back(News news);

  void answered_while_sending(const Answered& event);
  void answered_while_withdrawing(const Answered& event);
  void answered_otherwise(const Answered& event);
  void not_now();
  void not_taken_in(const outcome::NotSent& outcome);
  void become_unknown(Reason reason);

  const Timing& timing_;
  const LateSuccess late_success_;
  const WhenUnknown when_unknown_;
  const Situation& situation_;
  Decision decision_;
};

}  // namespace recycled::billing
