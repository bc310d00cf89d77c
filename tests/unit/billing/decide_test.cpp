// The arrows of the state diagram, one table row each. The walk (decide_walk_test.cpp) checks what
// must hold whatever happens; here is what each event means.

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "unit/billing/decide_fixture.hpp"

using namespace recycled;           // NOLINT(google-build-using-namespace)
using namespace recycled::billing;  // NOLINT(google-build-using-namespace)

TEST_CASE("B3 B4 B5: each reply to a hand-over has its state, step and move") {
  struct Row {
    const char* what;
    Event event;
    MitMode mit;
    RecoveryState state;
    Reason reason;
    Step step;
    Move move;
    Alarm alarm;
  };
  using enum RecoveryState;
  const auto managed = MitMode::managed;
  const auto sync = MitMode::sync;
  const Row rows[] = {
      {"approved", answered(outcome::Approved{}, "t"), managed, recovered, Reason::none, Step::none,
       Move::next_cycle, Alarm::none},
      {"declined", answered(outcome::Declined{}, "t"), managed, failed, Reason::declined,
       Step::none, Move::recycle_failed, Alarm::none},
      {"not now", answered(outcome::Declined{}, "t"), sync, intended, Reason::declined, Step::send,
       Move::none, Alarm::none},
      {"ended, sync too", answered(outcome::Declined{Reason::expired}, "t"), sync, failed,
       Reason::expired, Step::inquire, Move::recycle_failed, Alarm::none},
      {"pending", answered(outcome::Pending{}, "t"), managed, RecoveryState::waiting, Reason::none,
       Step::inquire, Move::none, Alarm::none},
      {"pending without an order", answered(outcome::Pending{}), managed, parked,
       Reason::strange_reply, Step::none, Move::none, Alarm::parked},
      {"refused", answered(outcome::Refused{}), managed, parked, Reason::refused, Step::none,
       Move::none, Alarm::parked},
      {"challenge", answered(outcome::Refused{Reason::challenge, ""}, "t"), managed, parked,
       Reason::challenge, Step::inquire, Move::none, Alarm::parked},
      {"not sent", answered(outcome::NotSent{"refused", {}}), managed, intended, Reason::none,
       Step::send, Move::none, Alarm::none},
      {"unknown", answered(outcome::Unknown{"reset", {}}), managed, unknown, Reason::no_answer,
       Step::send, Move::none, Alarm::none},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Decision decision = decide(claimed(), row.event, Rules{}, at(start, row.mit));
    CHECK(decision.recovery.state == row.state);
    CHECK(decision.recovery.reason == row.reason);
    CHECK(decision.recovery.step == row.step);
    CHECK(decision.recovery.next_at.has_value() == (row.step != Step::none));
    CHECK(decision.move == row.move);
    CHECK(decision.alarm == row.alarm);
  }
}

TEST_CASE("B3: news of an order that is being worked on") {
  struct Row {
    News news;
    RecoveryState state;
    Reason reason;
    Move move;
  };
  using enum RecoveryState;
  const Row rows[] = {
      {News::completed, recovered, Reason::none, Move::next_cycle},
      {News::expired, failed, Reason::expired, Move::recycle_failed},
      {News::cancelled, failed, Reason::cancelled_by_provider, Move::recycle_failed},
      {News::still_open, RecoveryState::waiting, Reason::none, Move::none},
      {News::not_found, RecoveryState::waiting, Reason::none, Move::none},
      {News::capture_required, parked, Reason::capture_required, Move::none},
      {News::challenge, parked, Reason::challenge, Move::none},
      {News::problem, parked, Reason::problem, Move::none},
      {News::strange, parked, Reason::strange_reply, Move::none},
      {News::refunded, parked, Reason::problem, Move::none},
      {News::charged_back, parked, Reason::problem, Move::none},
  };
  for (const Row& row : rows) {
    CAPTURE(to_text(row.news));
    const Decision decision = decide(taken_over(), learned(row.news), Rules{}, at(start + 1h));
    CHECK(decision.recovery.state == row.state);
    CHECK(decision.recovery.reason == row.reason);
    CHECK(decision.move == row.move);
  }
}

TEST_CASE("L13: inquiries thin out and cover the whole window to expiry and grace") {
  Recovery recovery = taken_over();
  std::vector<Millis> gaps;
  Instant before = start;
  while (recovery.state == RecoveryState::waiting) {
    gaps.push_back(*recovery.next_at - before);
    before = *recovery.next_at;
    recovery = after(recovery, learned(News::still_open, Source::inquiry), before);
  }
  REQUIRE(gaps.size() > 6);
  CHECK(gaps[0] == 1h);
  CHECK(gaps[1] == 2h);
  CHECK(gaps[2] == 4h);
  for (const Millis gap : gaps) CHECK(gap <= 24h);
  CHECK(before == expiry);  // the last one is at the very end
  CHECK(recovery.state == RecoveryState::grace);
  CHECK(*recovery.next_at == expiry + 6h);
}

TEST_CASE("B5: no word at expiry: inquire - grace - inquire - cancel - inquire - Recycle Failed") {
  const Event open = learned(News::still_open, Source::inquiry);
  Recovery recovery = after(taken_over(), open, expiry);
  CHECK(recovery.state == RecoveryState::grace);
  recovery = after(recovery, open, expiry + 6h);
  CHECK(recovery.state == RecoveryState::withdrawing);
  CHECK(recovery.step == Step::cancel);
  recovery = after(recovery, WithdrawAnswered{Withdrawal::accepted, {}}, expiry + 6h);
  CHECK(recovery.step == Step::inquire);
  const Decision end =
      decide(recovery, learned(News::cancelled, Source::inquiry), Rules{}, at(expiry + 6h));
  CHECK(end.recovery.state == RecoveryState::failed);
  CHECK(end.recovery.reason == Reason::expired);
  CHECK(end.move == Move::recycle_failed);
}

TEST_CASE("B5: a cancel that came too late finds the success") {
  const Event open = learned(News::still_open, Source::inquiry);
  Recovery recovery = after(after(taken_over(), open, expiry), open, expiry + 6h);
  recovery = after(recovery, WithdrawAnswered{Withdrawal::refused, {}}, expiry + 6h);
  const Decision end =
      decide(recovery, learned(News::completed, Source::inquiry), Rules{}, at(expiry + 6h));
  CHECK(end.recovery.state == RecoveryState::recovered);
  CHECK(end.move == Move::next_cycle);
}

TEST_CASE("a cancel that FlexFactor takes and ignores is tried a few times and then parked") {
  const Event open = learned(News::still_open, Source::inquiry);
  Recovery recovery = after(after(taken_over(), open, expiry), open, expiry + 6h);
  Instant now = expiry + 6h;
  int cancels = 0;
  while (recovery.state == RecoveryState::withdrawing) {
    REQUIRE(cancels < 100);
    now = std::max(now, *recovery.next_at);
    if (recovery.step == Step::cancel) {
      ++cancels;
      recovery = after(recovery, WithdrawAnswered{Withdrawal::accepted, {}}, now);
    } else {
      recovery = after(recovery, open, now);
    }
  }
  CHECK(cancels == Timing().cancel_tries);
  CHECK(now > expiry + 20h);  // a cancel may take its time
  CHECK(recovery.state == RecoveryState::parked);
  CHECK(recovery.reason == Reason::cancel_ignored);
}

TEST_CASE("L3: an unknown fate is asked about under the same key - inside the window only") {
  Recovery recovery = after(claimed(), answered(outcome::Unknown{"time-out", {}}), start + 30s);
  CHECK(recovery.sending == 1);
  CHECK(step_now(recovery, Rules{}, start + 23h) == Step::send);
  CHECK(step_now(recovery, Rules{}, start + 24h) == Step::external_cancel);
  recovery.provider_order = ProviderOrderId("theirs");
  CHECK(step_now(recovery, Rules{}, start + 24h) == Step::inquire);
  SUBCASE("a withdrawal that FlexFactor takes ends it without a charge") {
    recovery.provider_order.reset();
    const Decision end =
        decide(recovery, WithdrawAnswered{Withdrawal::accepted, {}}, Rules{}, at(start + 24h));
    CHECK(end.recovery.state == RecoveryState::failed);
    CHECK(end.recovery.reason == Reason::unresolved);
  }
  SUBCASE("one that it refuses is a person's") {
    recovery.provider_order.reset();
    const Decision end =
        decide(recovery, WithdrawAnswered{Withdrawal::refused, {}}, Rules{}, at(start + 24h));
    CHECK(end.recovery.state == RecoveryState::parked);
  }
}

TEST_CASE("L10: a refused withdrawal of an order whose id never came is looked up - never sent") {
  Recovery recovery = after(claimed(), answered(outcome::Unknown{"reset", {}}), start);
  recovery = after(recovery, CustomerLeft{}, start + 1h);
  CHECK(recovery.step == Step::external_cancel);
  const Event refused = WithdrawAnswered{Withdrawal::refused, {}};
  const Recovery again = after(recovery, refused, start + 1h);
  CHECK(again.state == RecoveryState::withdrawing);
  CHECK(again.step == Step::inquire);
  CHECK(step_now(again, Rules{}, start + 2h) == Step::inquire);
  CHECK(step_now(again, Rules{}, start + 25h) == Step::external_cancel);
  CHECK(after(again, InquiryFailed{}, start + 2h).step == Step::inquire);
  const Decision charged =
      decide(again, learned(News::completed, Source::inquiry), Rules{}, at(start + 2h));
  CHECK(charged.recovery.state == RecoveryState::recovered);
  CHECK(charged.recovery.refund_due);
  CHECK(charged.alarm == Alarm::refund_due);
  const Recovery found = after(again, learned(News::still_open, Source::inquiry), start + 2h);
  CHECK(found.step == Step::cancel);
  CHECK(found.next_at == start + 2h);
  const Event not_listed = Learned{News::not_found, Source::inquiry, std::nullopt, std::nullopt};
  CHECK(after(again, not_listed, start + 2h).state == RecoveryState::parked);
  CHECK(after(recovery, refused, start + 25h).state == RecoveryState::parked);
}

TEST_CASE("parked: once a day it is asked how the order stands - and told once that it is parked") {
  Recovery recovery = after(taken_over(), learned(News::problem), start + 1h);
  CHECK(recovery.state == RecoveryState::parked);
  CHECK(recovery.step == Step::inquire);
  for (const News news : {News::problem, News::still_open, News::challenge, News::strange}) {
    CAPTURE(to_text(news));
    const Instant now = *recovery.next_at;
    const Decision same = decide(recovery, learned(news, Source::inquiry), Rules{}, at(now));
    CHECK(same.recovery.state == RecoveryState::parked);
    CHECK(same.recovery.reason == Reason::problem);
    CHECK(same.recovery.next_at == now + 24h);
    CHECK(same.alarm == Alarm::none);
    recovery = same.recovery;
  }
  const Instant now = *recovery.next_at;
  const auto then = [&](News news) {
    return after(recovery, learned(news, Source::inquiry), now).state;
  };
  CHECK(then(News::completed) == RecoveryState::recovered);
  CHECK(then(News::cancelled) == RecoveryState::failed);
  const Decision lost =
      decide(recovery, learned(News::not_found, Source::inquiry), Rules{}, at(now));
  CHECK(lost.recovery.state == RecoveryState::parked);
  CHECK(lost.alarm == Alarm::lost_order);
  CHECK(decide(lost.recovery, learned(News::not_found, Source::inquiry), Rules{}, at(now)).alarm ==
        Alarm::none);
}

TEST_CASE("a subscription that has moved on is not moved by what ends its old cycle") {
  Situation moved = at(start + 1h);
  moved.moved_on = true;
  const Recovery parked = after(taken_over(), learned(News::problem), start);
  for (const News news : {News::completed, News::cancelled, News::expired}) {
    CAPTURE(to_text(news));
    const Decision end = decide(parked, learned(news), Rules{}, moved);
    CHECK_FALSE(is_live(end.recovery.state));
    CHECK(end.move == Move::none);
  }
}

TEST_CASE("429 gives way to the next in the queue - a service that is down does not") {
  using Because = outcome::NotSent::Because;
  const Recovery down = after(claimed(), answered(outcome::NotSent{"", {}}), start + 1h);
  CHECK(down.next_at == start);
  const Recovery busy =
      after(claimed(), answered(outcome::NotSent{"429", 5s, Because::pace}), start + 1h);
  CHECK(busy.next_at == start + 1h + 5s);
  CHECK(busy.unsent_until == *busy.next_at);
}

TEST_CASE("L1: what was in flight when the process died is unknown and not declined") {
  const Recovery recovery = after(claimed(), Interrupted{}, start + 1min);
  CHECK(recovery.state == RecoveryState::unknown);
  CHECK(recovery.left);
  CHECK(recovery.step == Step::send);
  CHECK(after(taken_over(), Interrupted{}, start + 1min) == taken_over());
}

TEST_CASE("an outage uses up no re-attempt: the same request later - then a free cycle") {
  Recovery recovery = claimed();
  Instant now = start;
  for (int outage = 0; outage < 50; ++outage) {
    recovery = after(recovery, answered(outcome::NotSent{"no route", {}}), now);
    CHECK(recovery.state == RecoveryState::intended);
    CHECK(recovery.sending == 1);
    CHECK_FALSE(recovery.left);
    CHECK(recovery.next_at == start);  // it keeps its place: pacing says when the queue moves on
    CHECK(recovery.unsent_until == now);
    now += 10min;
  }
  const Instant half = start + (expiry - start) / 2;
  CHECK(step_now(recovery, Rules{}, half - 1ms) == Step::send);
  CHECK(step_now(recovery, Rules{}, half) == Step::none);
  const Decision freed = release(recovery, at(half));
  CHECK(freed.recovery.state == RecoveryState::released);
  CHECK(freed.move == Move::none);
}

TEST_CASE("L21: backoff grows with full jitter and honours Retry-After") {
  Recovery recovery = claimed();
  Situation situation = at(start);
  situation.jitter = 0.999;
  const auto wait = [&](int tries, Outcome outcome) {
    recovery.tries = tries;
    return *decide(recovery, answered(std::move(outcome)), Rules{}, situation).recovery.next_at -
           start;
  };
  CHECK(wait(0, outcome::Unknown{"", {}}) < 2s);
  CHECK(wait(3, outcome::Unknown{"", {}}) > 15s);
  CHECK(wait(30, outcome::Unknown{"", {}}) <= 10min);
  CHECK(wait(0, outcome::Unknown{"503", 90s}) == 90s);
  CHECK(wait(0, outcome::Unknown{"503", 365 * 24h}) == 1h);
  CHECK(wait(0, outcome::NotSent{"429", 90s, outcome::NotSent::Because::pace}) == 90s);
  situation.jitter = 0;
  CHECK(wait(30, outcome::Unknown{"", {}}) == 0s);
}

TEST_CASE("when_unknown: repeat - look up first - or withdraw: never a new key") {
  struct Row {
    WhenUnknown policy;
    Step step;
  };
  for (const Row& row :
       {Row{WhenUnknown::repeat, Step::send}, Row{WhenUnknown::look_up, Step::inquire},
        Row{WhenUnknown::withdraw, Step::external_cancel}}) {
    Rules rules;
    rules.when_unknown = row.policy;
    const Event no_answer = answered(outcome::Unknown{"reset", {}});
    for (const Event& event : {no_answer, Event(Interrupted{})}) {
      const Recovery unknown = decide(claimed(), event, rules, at(start)).recovery;
      CHECK(unknown.state == RecoveryState::unknown);
      CHECK(unknown.step == row.step);
      CHECK(unknown.sending == 1);
      CHECK(step_now(unknown, rules, start + 1h) == row.step);
      // The key is too old to repeat it; to look is never too late, but for its end.
      const bool looks = row.policy == WhenUnknown::look_up;
      CHECK(step_now(unknown, rules, start + 25h) ==
            (looks ? Step::inquire : Step::external_cancel));
      CHECK(step_now(unknown, rules, expiry) == Step::external_cancel);
    }
  }
}

TEST_CASE("X1: after an adoption what is queued or in doubt is looked for, whatever else is set") {
  Rules rules;
  rules.when_unknown = WhenUnknown::withdraw;
  Recovery later = claimed();
  later.next_at = start + 1h;
  const Recovery asked =
      decide(claimed(), answered(outcome::Unknown{"reset", {}}), rules, at(start)).recovery;
  for (const Recovery& recovery : {claimed(), later, asked}) {
    const Recovery doubtful = decide(recovery, Adopted{}, rules, at(start + 1min)).recovery;
    CHECK(doubtful.state == RecoveryState::unknown);
    CHECK(doubtful.left);
    CHECK(doubtful.next_at == start + 1min);
    CHECK(step_now(doubtful, rules, start + 25h) == Step::inquire);
    // It is not there, and FlexFactor may have forgotten its key.
    const Event not_there = Learned{News::not_found, Source::inquiry, std::nullopt, std::nullopt};
    const Recovery missing = decide(doubtful, not_there, rules, at(start + 25h)).recovery;
    CHECK(missing.sending == 1);
    CHECK(step_now(missing, rules, start + 25h) == Step::external_cancel);
  }
  CHECK(after(taken_over(), Adopted{}, start + 1min) == taken_over());
}

TEST_CASE("when_unknown look_up: found - not found - no answer") {
  Rules rules;
  rules.when_unknown = WhenUnknown::look_up;
  const Recovery unknown =
      decide(claimed(), answered(outcome::Unknown{"reset", {}}), rules, at(start)).recovery;
  const auto then = [&](const Event& event) {
    return decide(unknown, event, rules, at(start + 1min)).recovery;
  };
  const Recovery found = then(learned(News::still_open, Source::inquiry));
  CHECK(found.state == RecoveryState::waiting);
  CHECK(found.provider_order == ProviderOrderId("theirs"));
  CHECK(then(learned(News::completed, Source::inquiry)).state == RecoveryState::recovered);
  CHECK(then(learned(News::cancelled, Source::inquiry)).state == RecoveryState::failed);

  const Event lacks_it = Learned{News::not_found, Source::inquiry, std::nullopt, std::nullopt};
  const Recovery not_there = then(lacks_it);
  CHECK(not_there.state == RecoveryState::unknown);
  CHECK(not_there.step == Step::send);
  CHECK(not_there.next_at == start + 1min);
  CHECK(not_there.sending == 1);
  const Recovery no_answer = then(InquiryFailed{});
  CHECK(no_answer.state == RecoveryState::unknown);
  CHECK(no_answer.step == Step::inquire);  // whoever wants to look first, does
  CHECK(*no_answer.next_at > start + 1min);
  const Recovery cannot_tell = then(InquiryFailed{{}, InquiryFailed::Because::cannot_tell});
  CHECK(cannot_tell.state == RecoveryState::unknown);
  CHECK(cannot_tell.step == Step::send);
}

TEST_CASE("sync accounts: not now - the same order under the next key until expiry") {
  Rules rules;
  Recovery recovery = claimed();
  Instant now = start;
  int asked = 0;
  while (recovery.state == RecoveryState::intended) {
    REQUIRE(asked < 100);
    const Answered no{outcome::Declined{}, recovery.sending, ProviderOrderId("theirs")};
    recovery = decide(recovery, no, rules, at(now, MitMode::sync)).recovery;
    ++asked;
    CHECK(recovery.sending == std::min(asked + 1, 21));
    now = *recovery.next_at;
  }
  CHECK(asked == 21);
  CHECK(recovery.state == RecoveryState::waiting);
  CHECK(recovery.step == Step::inquire);
  CHECK(*recovery.next_at == expiry);
}
