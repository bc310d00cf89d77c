// What may still happen when a recovery is at its end, or nearly: contradictions, duplicates, early
// and late news, customers who leave, money that goes back.

#include <doctest/doctest.h>

#include "unit/billing/decide_fixture.hpp"

using namespace recycled;           // NOLINT(google-build-using-namespace)
using namespace recycled::billing;  // NOLINT(google-build-using-namespace)

TEST_CASE("L12: a late failure after a success changes nothing and opens an inquiry") {
  const Recovery won = after(taken_over(), learned(News::completed), start + 1h);
  const Decision late = decide(won, learned(News::expired), Rules{}, at(expiry));
  CHECK(late.recovery.state == RecoveryState::recovered);
  CHECK(late.move == Move::none);
  CHECK(late.alarm == Alarm::contradiction);
  CHECK(late.recovery.step == Step::inquire);
  const Decision closed =
      decide(late.recovery, learned(News::completed, Source::inquiry), Rules{}, at(expiry));
  CHECK(closed.recovery.step == Step::none);
  CHECK(closed.alarm == Alarm::none);
}

TEST_CASE("a duplicate changes nothing") {
  for (const News news : {News::completed, News::expired, News::cancelled}) {
    CAPTURE(to_text(news));
    const Recovery once = after(taken_over(), learned(news), start + 1h);
    const Decision twice = decide(once, learned(news), Rules{}, at(start + 2h));
    CHECK(twice.recovery == once);
    CHECK(twice.move == Move::none);
    CHECK(twice.alarm == Alarm::none);
  }
}

TEST_CASE("L11: a callback before the reply - the reply then changes nothing") {
  const Recovery early = after(claimed(), learned(News::completed), start);
  CHECK(early.state == RecoveryState::recovered);
  const Decision reply =
      decide(early, answered(outcome::Pending{}, "theirs"), Rules{}, at(start + 1s));
  CHECK(reply.recovery == early);
}

TEST_CASE("a success after we had given up: accepted or held - always an alarm") {
  const Recovery lost = after(taken_over(), learned(News::expired), expiry);
  Rules rules;
  Situation situation = at(expiry + 24h);
  SUBCASE("accept") {
    const Decision late = decide(lost, learned(News::completed), rules, situation);
    CHECK(late.recovery.state == RecoveryState::recovered);
    CHECK(late.recovery.late);
    CHECK(late.move == Move::next_cycle);
    CHECK(late.alarm == Alarm::late_success);
  }
  SUBCASE("accept - but the subscription went its own way meanwhile") {
    situation.moved_on = true;
    const Decision late = decide(lost, learned(News::completed), rules, situation);
    CHECK(late.recovery.state == RecoveryState::parked);
    CHECK(late.move == Move::none);
    CHECK(late.alarm == Alarm::late_success);
  }
  SUBCASE("hold - and a repeat of the callback is not a person's word") {
    rules.late_success = LateSuccess::hold;
    const Decision late = decide(lost, learned(News::completed), rules, situation);
    CHECK(late.recovery.state == RecoveryState::parked);
    CHECK(late.recovery.reason == Reason::late_success);
    const Decision again = decide(late.recovery, learned(News::completed), rules, situation);
    CHECK(again.recovery.state == RecoveryState::parked);
    CHECK(again.move == Move::none);
  }
}

TEST_CASE("L10: the customer leaves while FlexFactor has it") {
  const Decision left =
      decide(taken_over(), CustomerLeft{Departure::cancelled}, Rules{}, at(start + 1h));
  CHECK(left.recovery.state == RecoveryState::withdrawing);
  CHECK(left.recovery.step == Step::cancel);
  Situation gone = at(start + 1h);
  gone.status = SubscriptionStatus::cancelled;
  const Recovery cancelled =
      decide(left.recovery, WithdrawAnswered{Withdrawal::accepted, {}}, Rules{}, gone).recovery;
  SUBCASE("in time: nothing was charged and the gateway goes back") {
    const Decision end =
        decide(cancelled, learned(News::cancelled, Source::inquiry), Rules{}, gone);
    CHECK(end.recovery.state == RecoveryState::withdrawn);
    CHECK(end.move == Move::gateway_back);
  }
  SUBCASE("it had just completed: a success - flagged for refund") {
    const Decision end =
        decide(cancelled, learned(News::completed, Source::inquiry), Rules{}, gone);
    CHECK(end.recovery.state == RecoveryState::recovered);
    CHECK(end.recovery.refund_due);
    CHECK(end.alarm == Alarm::refund_due);
  }
  SUBCASE("a success long after the withdrawal: flagged as well") {
    const Recovery withdrawn =
        decide(cancelled, learned(News::cancelled, Source::inquiry), Rules{}, gone).recovery;
    const Decision end = decide(withdrawn, learned(News::completed), Rules{}, gone);
    CHECK(end.recovery.state == RecoveryState::recovered);
    CHECK(end.recovery.refund_due);
  }
}

TEST_CASE("refunds and chargebacks are flagged and change no state") {
  const Recovery won = after(taken_over(), learned(News::completed), start + 1h);
  const Decision refund = decide(won, learned(News::refunded), Rules{}, at(expiry));
  CHECK(refund.recovery.state == RecoveryState::recovered);
  CHECK(refund.recovery.refunded);
  CHECK(refund.alarm == Alarm::refund);
  const Decision dispute = decide(won, learned(News::charged_back), Rules{}, at(expiry));
  CHECK(dispute.recovery.charged_back);
  CHECK(dispute.alarm == Alarm::chargeback);
  // Told again it is old news; the other of the two is not, and neither is undone by a success.
  CHECK(decide(refund.recovery, learned(News::refunded), Rules{}, at(expiry)).alarm == Alarm::none);
  const Decision both = decide(refund.recovery, learned(News::charged_back), Rules{}, at(expiry));
  CHECK(both.alarm == Alarm::chargeback);
  const Decision again = decide(both.recovery, learned(News::completed), Rules{}, at(expiry));
  CHECK(again.recovery == both.recovery);
  CHECK(again.move == Move::none);
  CHECK(again.alarm == Alarm::none);
}

TEST_CASE("a refund that overtakes its success stays flagged when the success is reported") {
  const Decision early = decide(taken_over(), learned(News::refunded), Rules{}, at(start + 1h));
  CHECK(early.recovery.state == RecoveryState::parked);
  CHECK(early.alarm == Alarm::refund);
  const Decision then = decide(early.recovery, learned(News::completed), Rules{}, at(start + 2h));
  CHECK(then.recovery.state == RecoveryState::recovered);
  CHECK(then.recovery.refunded);
}

TEST_CASE("X1: what we gave up is looked at once more - for a success whose callback was lost") {
  const Recovery lost = after(taken_over(), learned(News::expired), expiry);
  CHECK(lost.step == Step::inquire);
  CHECK(*lost.next_at == expiry + Timing().last_look);
  const Instant later = *lost.next_at;
  const auto look = [&](News news) {
    return decide(lost, learned(news, Source::inquiry), Rules{}, at(later));
  };
  SUBCASE("it stayed as it was") {
    CHECK(look(News::expired).recovery.step == Step::none);
    CHECK(look(News::cancelled).alarm == Alarm::none);
    CHECK(look(News::not_found).recovery.step == Step::none);
  }
  SUBCASE("it was charged") { CHECK(look(News::completed).alarm == Alarm::late_success); }
  SUBCASE("it is still being worked on: withdrawn again with an alarm") {
    const Decision open = look(News::still_open);
    CHECK(open.alarm == Alarm::contradiction);
    CHECK(open.recovery.step == Step::cancel);
    CHECK(open.recovery.state == RecoveryState::failed);
    const Recovery done = after(open.recovery, WithdrawAnswered{Withdrawal::accepted, {}}, later);
    CHECK(done.step == Step::inquire);  // whether it was taken back
    CHECK(*done.next_at == later + Timing().last_look);
  }
}

TEST_CASE("X1: what ended before its expiry is looked at again past that") {
  const Recovery gone = after(taken_over(), CustomerLeft{}, start + 24h);
  const Recovery taken_back = after(gone, WithdrawAnswered{Withdrawal::accepted, {}}, start + 24h);
  const Event cancelled = learned(News::cancelled, Source::inquiry);
  const Recovery ended = after(taken_back, cancelled, start + 24h);
  REQUIRE(ended.state == RecoveryState::withdrawn);
  const Instant first = start + 24h + Timing().last_look;
  CHECK(*ended.next_at == first);
  const Recovery looked = after(ended, cancelled, first);
  CHECK(looked.step == Step::inquire);
  CHECK(*looked.next_at == expiry + Timing().last_look);
  CHECK(after(looked, learned(News::cancelled), first + 1h) == looked);
  const Recovery expired = after(taken_over(), learned(News::expired), start + 24h);
  CHECK(after(expired, learned(News::expired, Source::inquiry), first).step == Step::none);
  CHECK(after(looked, cancelled, *looked.next_at).step == Step::none);
  const Decision late =
      decide(looked, learned(News::completed, Source::inquiry), Rules{}, at(*looked.next_at));
  CHECK(late.recovery.refund_due);
  CHECK(late.alarm == Alarm::refund_due);
}

TEST_CASE("X1: what we gave up without an id of theirs is looked for in their list once more") {
  Recovery doubted = after(claimed(), answered(outcome::Unknown{"reset", {}}), start);
  doubted = after(doubted, WithdrawAnswered{Withdrawal::accepted, {}}, start + 25h);
  REQUIRE(doubted.state == RecoveryState::failed);
  CHECK(doubted.step == Step::inquire);
  const Instant later = start + 25h + Timing().last_look;
  CHECK(*doubted.next_at == later);
  CHECK(step_now(doubted, Rules{}, later) == Step::inquire);
  const Event not_listed = Learned{News::not_found, Source::inquiry, std::nullopt, std::nullopt};
  const Recovery looked = after(doubted, not_listed, later);
  CHECK(*looked.next_at == expiry + Timing().last_look);
  CHECK(after(looked, not_listed, *looked.next_at).step == Step::none);
  SUBCASE("it was charged") {
    const Decision found =
        decide(doubted, learned(News::completed, Source::inquiry), Rules{}, at(later));
    CHECK(found.recovery.state == RecoveryState::recovered);
    CHECK(found.recovery.provider_order == ProviderOrderId("theirs"));
    CHECK(found.alarm == Alarm::late_success);
  }
  SUBCASE("it is being worked on there") {
    const Decision found =
        decide(doubted, learned(News::still_open, Source::inquiry), Rules{}, at(later));
    CHECK(found.recovery.state == RecoveryState::failed);
    CHECK(found.recovery.step == Step::cancel);
    CHECK(found.alarm == Alarm::contradiction);
  }
  SUBCASE("nobody answers: asked again, but not whom it does not help to ask") {
    using Because = InquiryFailed::Because;
    CHECK(after(doubted, InquiryFailed{{}, Because::no_answer}, later).step == Step::inquire);
    CHECK(after(doubted, InquiryFailed{{}, Because::cannot_tell}, later).step == Step::none);
  }
}

TEST_CASE("what never left is looked for nowhere") {
  Recovery unsent = after(claimed(), CustomerLeft{}, start + 1h);
  unsent = after(unsent, WithdrawAnswered{Withdrawal::accepted, {}}, start + 1h);
  CHECK(unsent.state == RecoveryState::withdrawn);
  CHECK(unsent.step == Step::none);
}

TEST_CASE("X1: an inquiry that was under way at the end does not stand for the last look") {
  const Recovery lost = after(taken_over(), learned(News::cancelled), expiry);
  REQUIRE(*lost.next_at == expiry + Timing().last_look);
  const Instant soon = expiry + 30s;  // its connection was stalled
  CHECK(after(lost, no_answer(taken_over()), soon) == lost);
  for (const News news : {News::cancelled, News::expired, News::not_found, News::still_open}) {
    CAPTURE(to_text(news));
    const Decision same = decide(lost, answer(taken_over(), news), Rules{}, at(soon));
    CHECK(same.recovery == lost);
    CHECK(same.alarm == Alarm::none);
  }
  // The last look itself is repeated until it is answered.
  const Recovery again = after(lost, no_answer(lost), *lost.next_at);
  CHECK(again.step == Step::inquire);
  CHECK(*again.next_at > *lost.next_at);
}

TEST_CASE("a late success that is held stays held whatever else is said") {
  Rules rules;
  rules.late_success = LateSuccess::hold;
  const Recovery lost = after(taken_over(), learned(News::expired), expiry);
  const Recovery held = decide(lost, learned(News::completed), rules, at(expiry)).recovery;
  REQUIRE(held.reason == Reason::late_success);
  for (const News news : {News::expired, News::cancelled}) {
    const Decision decision = decide(held, learned(news), rules, at(expiry));
    CHECK(decision.recovery == held);
    CHECK(decision.alarm == Alarm::contradiction);
  }
  CHECK(decide(held, CustomerLeft{}, rules, at(expiry)).recovery == held);
  CHECK(decide(held, WithdrawAnswered{}, rules, at(expiry)).recovery == held);
  CHECK(decide(held, learned(News::refunded), rules, at(expiry)).recovery.refunded);
}

TEST_CASE("L10: what never left is not sent either once its customer has") {
  Recovery recovery = after(claimed(), answered(outcome::NotSent{"no connection", {}}), start);
  CHECK_FALSE(recovery.left);
  recovery = after(recovery, CustomerLeft{}, start + 1h);
  CHECK(recovery.state == RecoveryState::withdrawing);
  CHECK(step_now(recovery, Rules{}, start + 1h) == Step::external_cancel);
  recovery = after(recovery, WithdrawAnswered{Withdrawal::refused, {}}, start + 1h);
  CHECK(recovery.state == RecoveryState::withdrawing);
  CHECK(step_now(recovery, Rules{}, start + 2h) == Step::inquire);
}

TEST_CASE("sync accounts: still open after its time, asked for want of a new key in time") {
  const Answered no{outcome::Declined{}, 1, ProviderOrderId("theirs")};
  const Recovery again = decide(claimed(), no, Rules{}, at(start, MitMode::sync)).recovery;
  REQUIRE(again.state == RecoveryState::intended);
  REQUIRE(step_now(again, Rules{}, expiry + 1h) == Step::inquire);  // an outage lasted until then
  const auto open = [&](Instant now) {
    return decide(again, answer(again, News::still_open), Rules{}, at(now, MitMode::sync)).recovery;
  };
  CHECK(open(expiry + 1h).state == RecoveryState::grace);
  CHECK(open(expiry + 30 * 24h).state == RecoveryState::withdrawing);
}
