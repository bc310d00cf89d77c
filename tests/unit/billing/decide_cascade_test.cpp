// C2: what a shopper is told, when, and what becomes of a charge that comes too late.

#include <doctest/doctest.h>

#include "unit/billing/decide_fixture.hpp"

using namespace recycled;           // NOLINT(google-build-using-namespace)
using namespace recycled::billing;  // NOLINT(google-build-using-namespace)

namespace {

const Instant deadline = start + Timing{}.cascade_deadline;

Recovery cascade() {
  Recovery recovery = claimed();
  recovery.kind = RecoveryKind::cascade;
  recovery.reattempt = 0;
  recovery.expires_at = deadline;
  recovery.next_at = deadline + Timing{}.cascade_deadline;
  return recovery;
}

Recovery timed_out() { return after(cascade(), TimedOut{}, deadline); }

Event withdrawal(Withdrawal result) { return WithdrawAnswered{result, std::nullopt}; }
Event refund(Refund result) { return RefundAnswered{result, std::nullopt}; }

Event not_listed() { return Learned{News::not_found, Source::inquiry, std::nullopt, std::nullopt}; }

}  // namespace

TEST_CASE("C2: every reply but a take-over is an answer at once") {
  struct Row {
    Outcome outcome;
    RecoveryState state;
    Reason told;
    Move move;
  };
  const Row rows[] = {
      {outcome::Approved{}, RecoveryState::recovered, Reason::none, Move::next_cycle},
      {outcome::Declined{}, RecoveryState::failed, Reason::declined, Move::recycle_failed},
      {outcome::Refused{Reason::refused, ""}, RecoveryState::failed, Reason::refused,
       Move::recycle_failed},
      {outcome::Refused{Reason::challenge, ""}, RecoveryState::withdrawing, Reason::challenge,
       Move::none},
      {outcome::Refused{Reason::capture_required, ""}, RecoveryState::withdrawing,
       Reason::capture_required, Move::none},
      {outcome::Refused{Reason::strange_reply, ""}, RecoveryState::withdrawing,
       Reason::strange_reply, Move::none},
      {outcome::NotSent{"", {}}, RecoveryState::released, Reason::never_sent, Move::none},
      {outcome::Unknown{"", {}}, RecoveryState::withdrawing, Reason::no_answer, Move::none},
  };
  for (const Row& row : rows) {
    for (const MitMode mit : {MitMode::managed, MitMode::sync}) {
      CAPTURE(name_of(row.outcome));
      const Decision decision =
          decide(cascade(), answered(row.outcome), Rules{}, at(start + 1s, mit));
      CHECK(decision.recovery.state == row.state);
      CHECK(decision.recovery.told == row.told);
      CHECK(decision.move == row.move);
      CHECK(decision.recovery.sending == 1);
    }
  }
  const auto refused = answered(outcome::Refused{Reason::refused, "bad mid"});
  CHECK(decide(cascade(), refused, Rules{}, at(start)).alarm == Alarm::refused);
}

TEST_CASE("C2: an order that FlexFactor works on is asked about until the deadline") {
  const Recovery taken = after(cascade(), answered(outcome::Pending{}, "theirs"), start + 1s);
  CHECK(taken.state == RecoveryState::waiting);
  CHECK_FALSE(taken.told.has_value());
  CHECK(after(taken, learned(News::still_open, Source::inquiry), start + 2s) == taken);
  const Recovery paid = after(taken, learned(News::completed, Source::inquiry), start + 3s);
  CHECK(paid.told == Reason::none);
  const Recovery late = after(taken, learned(News::still_open, Source::inquiry), deadline);
  CHECK(late.told == Reason::timeout);
  CHECK(late.step == Step::cancel);
  const Recovery nameless = after(cascade(), answered(outcome::Pending{}), start + 1s);
  CHECK(nameless.told == Reason::strange_reply);
  CHECK(nameless.step == Step::external_cancel);
}

TEST_CASE("C2: the deadline answers, and only who has no answer yet") {
  const Recovery late = timed_out();
  CHECK(late.state == RecoveryState::withdrawing);
  CHECK(late.told == Reason::timeout);
  CHECK(late.step == Step::external_cancel);
  CHECK(late.next_at > deadline);  // who says so cancels by himself
  const Recovery paid = after(cascade(), answered(outcome::Approved{}, "theirs"), start + 1s);
  CHECK(after(paid, TimedOut{}, deadline) == paid);
  CHECK(after(claimed(), TimedOut{}, deadline) == claimed());  // no shopper waits for that
}

TEST_CASE("X1: after an adoption nobody knows what a shopper was told, so a charge is a person's") {
  const Recovery adopted = after(cascade(), Adopted{}, start + 1s);
  CHECK(adopted.state == RecoveryState::parked);
  CHECK(adopted.told == Reason::interrupted);
  const Event completed =
      Learned{News::completed, Source::callback, ProviderOrderId("theirs"), std::nullopt};
  const Recovery charged = after(adopted, completed, start + 2s);
  CHECK(charged.state == RecoveryState::parked);
  CHECK(charged.reason == Reason::late_success);
  CHECK(charged.step != Step::refund);
  // One that was being given back is asked about before it is again.
  Recovery back = after(after(cascade(), TimedOut{}, deadline + 1s), completed, deadline + 1min);
  REQUIRE(back.step == Step::refund);
  CHECK(after(back, Adopted{}, deadline + 1h).step == Step::inquire);
  CHECK(after(back, Adopted{}, deadline + 1h).refund_due);
}

TEST_CASE("C2: nobody but who claimed it sends it, and who finds it later takes it back") {
  CHECK(step_now(cascade(), Rules{}, start) == Step::external_cancel);
  const Recovery taken = after(cascade(), answered(outcome::Pending{}, "theirs"), start + 1s);
  CHECK(step_now(taken, Rules{}, deadline + 1h) == Step::inquire);
  const Recovery found = after(cascade(), withdrawal(Withdrawal::accepted), deadline + 1h);
  CHECK(found.told == Reason::timeout);
  CHECK(after(cascade(), Interrupted{}, start + 1s) == cascade());  // perhaps its process lives
  CHECK(after(cascade(), Interrupted{}, deadline + 1h).told == Reason::timeout);
}

// It was under way when the charge was heard of, or when the customer left: minutes, in a long
// list.
TEST_CASE("X1: an answer to what was asked before undoes neither a refund nor a cancel to come") {
  const Recovery looks = after(timed_out(), withdrawal(Withdrawal::accepted), deadline + 1s);
  REQUIRE(looks.step == Step::inquire);
  const Recovery due = after(looks, learned(News::completed, Source::callback), deadline + 2min);
  REQUIRE(due.step == Step::refund);
  for (const News news :
       {News::not_found, News::still_open, News::cancelled, News::expired, News::strange}) {
    CAPTURE(to_text(news));
    const Recovery still = after(due, answer(looks, news), deadline + 3min);
    CHECK(still.step == Step::refund);
    CHECK(still.next_at == due.next_at);
  }
  CHECK(after(due, no_answer(looks), deadline + 3min) == due);
  // Nor does a callback, which may be older than the charge.
  const Recovery unsure = after(due, RefundAnswered{Refund::unavailable, {}}, deadline + 3min);
  for (const Recovery& owed : {due, unsure}) {
    for (const News news : {News::still_open, News::challenge, News::capture_required,
                            News::problem, News::strange}) {
      CAPTURE(to_text(news));
      const Recovery still = after(owed, learned(news), deadline + 4min);
      CHECK(still.step == owed.step);
      CHECK(still.next_at == owed.next_at);
    }
  }

  const Recovery cut_off = after(claimed(), Interrupted{}, start + 1min);
  for (const char* order : {"", "theirs"}) {
    Recovery unknown = cut_off;
    if (*order != 0) unknown.provider_order = ProviderOrderId(order);
    const Recovery leaves = after(unknown, CustomerLeft{Departure::cancelled}, start + 2min);
    REQUIRE(leaves.state == RecoveryState::withdrawing);
    for (const News news : {News::not_found, News::still_open, News::problem}) {
      CHECK(after(leaves, answer(unknown, news), start + 3min) == leaves);
    }
    for (const auto why :
         {InquiryFailed::Because::no_answer, InquiryFailed::Because::cannot_tell}) {
      CHECK(after(leaves, no_answer(unknown, why), start + 3min) == leaves);
    }
  }
}

TEST_CASE("X1: a refund that may have been made is not made again on an answer from before it") {
  const Recovery looks = after(timed_out(), withdrawal(Withdrawal::accepted), deadline + 1s);
  const Recovery due = after(looks, learned(News::completed, Source::callback), deadline + 2min);
  const Recovery unsure = after(due, RefundAnswered{Refund::unavailable, {}}, deadline + 3min);
  REQUIRE(unsure.step == Step::inquire);
  CHECK(after(unsure, answer(looks, News::completed), deadline + 4min) == unsure);
  CHECK(after(unsure, answer(unsure, News::completed), deadline + 5min).step == Step::refund);
}

TEST_CASE("X1: whether a refund went through is asked until there is a word on it") {
  const Recovery looks = after(timed_out(), withdrawal(Withdrawal::accepted), deadline + 1s);
  const Recovery due = after(looks, learned(News::completed, Source::callback), deadline + 2min);
  Recovery unsure = after(due, RefundAnswered{Refund::unavailable, {}}, deadline + 3min);
  for (const News news : {News::still_open, News::strange, News::not_found}) {
    const Instant now = *unsure.next_at;
    unsure = after(unsure, answer(unsure, news), now);
    CAPTURE(to_text(news));
    CHECK(unsure.step == Step::inquire);
    CHECK(*unsure.next_at > now);
  }
  CHECK(after(unsure, answer(unsure, News::refunded), *unsure.next_at).refunded);
}

TEST_CASE("C2: a pending reply that a charge has overtaken takes nothing back") {
  const Event pending = answered(outcome::Pending{}, "theirs");
  const Recovery paid = after(cascade(), learned(News::completed), start + 2s);
  REQUIRE(paid.told == Reason::none);
  CHECK(after(paid, pending, start + 3s) == paid);
  const Recovery due = after(timed_out(), learned(News::completed), deadline + 1s);
  REQUIRE(due.step == Step::refund);
  CHECK(after(due, pending, deadline + 2s) == due);
}

TEST_CASE("no order is lost that was looked for before its id came") {
  const Recovery doubted = after(claimed(), answered(outcome::Unknown{"reset", {}}), start);
  const Recovery known = after(doubted, learned(News::still_open), start + 1min);
  REQUIRE(known.provider_order);
  const Decision same = decide(known, answer(doubted, News::not_found), Rules{}, at(start + 2min));
  CHECK(same.recovery == known);
  CHECK(same.alarm == Alarm::none);
  const Decision lost = decide(known, answer(known, News::not_found), Rules{}, at(*known.next_at));
  CHECK(lost.alarm == Alarm::lost_order);
}

TEST_CASE("C2: taken back by our own id, it is looked for once more") {
  for (const Withdrawal result : {Withdrawal::accepted, Withdrawal::not_found}) {
    const Recovery looks = after(timed_out(), withdrawal(result), deadline + 1s);
    CHECK(looks.state == RecoveryState::withdrawing);
    CHECK(looks.step == Step::inquire);
    CHECK(looks.next_at == deadline + 1s + 1min);
    CHECK(step_now(looks, Rules{}, deadline + 1h) == Step::inquire);
    CHECK(after(looks, withdrawal(result), deadline + 2s) == looks);  // a second one, as fast
    const Recovery gone = after(looks, not_listed(), deadline + 2min);
    CHECK(gone.state == RecoveryState::failed);
    CHECK(gone.reason == Reason::timeout);
    const Recovery open = after(looks, learned(News::still_open, Source::inquiry), deadline + 2min);
    CHECK(open.step == Step::cancel);
    const Event silent = InquiryFailed{{}, InquiryFailed::Because::cannot_tell};
    const Recovery again = after(looks, silent, deadline + 2min);
    CHECK(again.step == Step::external_cancel);
    CHECK(after(again, withdrawal(result), deadline + 3min).state == RecoveryState::failed);
  }
}

TEST_CASE("C2: a refused cancel and a list that lacks the order wait for a person") {
  const Recovery looks = after(timed_out(), withdrawal(Withdrawal::refused), deadline + 1s);
  CHECK(looks.step == Step::inquire);
  const Decision parked = decide(looks, not_listed(), Rules{}, at(deadline + 1min));
  CHECK(parked.recovery.reason == Reason::unresolved);
  CHECK(parked.alarm == Alarm::parked);
  CHECK(parked.recovery.told == Reason::timeout);
}

TEST_CASE("C2: the reply that comes after the deadline") {
  const Event declined = answered(outcome::Declined{}, "theirs");
  CHECK(after(timed_out(), declined, deadline + 1s).state == RecoveryState::failed);
  const Event not_sent = answered(outcome::NotSent{"", {}});
  CHECK(after(timed_out(), not_sent, deadline + 1s).state == RecoveryState::failed);
  const Event unknown = answered(outcome::Unknown{"", {}});
  Recovery until_then = timed_out();
  until_then.left_by = deadline + 1s;
  CHECK(after(timed_out(), unknown, deadline + 1s) == until_then);
  const Event pending = answered(outcome::Pending{}, "theirs");
  CHECK(after(timed_out(), pending, deadline + 1s).step == Step::cancel);
}

TEST_CASE("C2: charged after a no - by policy given back, or held for a person") {
  const Event news[] = {answered(outcome::Approved{}, "theirs"), learned(News::completed),
                        learned(News::completed, Source::inquiry)};
  const Recovery taken_back = after(timed_out(), withdrawal(Withdrawal::accepted), deadline + 1s);
  const Recovery over = after(taken_back, not_listed(), deadline + 2min);
  for (const Recovery& from : {timed_out(), taken_back, over, cascade()}) {
    for (const Event& event : news) {
      Rules rules;
      Decision late = decide(from, event, rules, at(deadline + 1h));
      CHECK(late.alarm == Alarm::late_success);
      CHECK(late.move == Move::none);
      CHECK(late.recovery.state == RecoveryState::recovered);
      CHECK(late.recovery.told == Reason::timeout);
      CHECK(late.recovery.late);
      CHECK(late.recovery.refund_due);
      CHECK(late.recovery.step == Step::refund);
      rules.late_cascade = LateCascade::hold;
      late = decide(from, event, rules, at(deadline + 1h));
      CHECK(late.alarm == Alarm::late_success);
      CHECK(late.recovery.state == RecoveryState::parked);
      CHECK(late.recovery.step == Step::none);
      CHECK(late.move == Move::none);
    }
  }
}

TEST_CASE("C2: a refund is told once, and asked about before it is made again") {
  const Recovery late = after(timed_out(), learned(News::completed), deadline + 1h);
  const Decision given = decide(late, refund(Refund::accepted), Rules{}, at(deadline + 1h));
  CHECK(given.recovery.refunded);
  CHECK(given.recovery.step == Step::none);
  CHECK(given.alarm == Alarm::refund);
  CHECK(decide(given.recovery, learned(News::refunded), Rules{}, at(deadline + 2h)).alarm ==
        Alarm::none);
  const Decision refused = decide(late, refund(Refund::refused), Rules{}, at(deadline + 1h));
  CHECK(refused.alarm == Alarm::refund_due);
  CHECK(refused.recovery.step == Step::none);
  const Recovery lost = after(late, refund(Refund::unavailable), deadline + 1h);
  CHECK(lost.step == Step::inquire);
  const auto inquired = [&](News news) {
    return after(lost, learned(news, Source::inquiry), deadline + 2h);
  };
  CHECK(inquired(News::completed).step == Step::refund);
  CHECK(inquired(News::refunded).refunded);
  CHECK(inquired(News::refunded).step == Step::none);
  CHECK(after(late, learned(News::completed), deadline + 1h).step == Step::refund);
}

TEST_CASE(
    "C2: a refund that is under way is in doubt, and only its answer or an inquiry ends that") {
  Recovery doubted = after(timed_out(), learned(News::completed), deadline + 1h);
  doubted.step = Step::inquire;  // as it is stored before the call
  CHECK(after(doubted, refund(Refund::accepted), deadline + 1h).refunded);
  CHECK(after(doubted, refund(Refund::accepted), deadline + 1h).step == Step::none);
  const Decision refused = decide(doubted, refund(Refund::refused), Rules{}, at(deadline + 1h));
  CHECK(refused.alarm == Alarm::refund_due);
  CHECK(refused.recovery.step == Step::none);
  CHECK(after(doubted, refund(Refund::unavailable), deadline + 1h).step == Step::inquire);
  // A callback may be older than the refund.
  CHECK(after(doubted, learned(News::completed, Source::callback), deadline + 1h).step ==
        Step::inquire);
  const auto inquired = [&](News news) {
    return after(doubted, learned(news, Source::inquiry), deadline + 1h);
  };
  CHECK(inquired(News::completed).step == Step::refund);
  CHECK(inquired(News::refunded).refunded);
  // A callback told of the refund first: its answer is old news.
  const Recovery told = after(doubted, learned(News::refunded), deadline + 1h);
  CHECK(decide(told, refund(Refund::refused), Rules{}, at(deadline + 1h)).alarm == Alarm::none);
}
