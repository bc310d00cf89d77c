// A person's word on what is parked: what each comes to, by reason, and which is refused.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/billing/decide_fixture.hpp"

namespace recycled::billing {
namespace {

constexpr const char* theirs = "theirs";

Recovery parked(Reason reason, const char* order = theirs) {
  Recovery recovery = claimed();
  recovery.left = true;
  if (*order != '\0') recovery.provider_order = ProviderOrderId(order);
  recovery.state = RecoveryState::parked;
  recovery.reason = reason;
  recovery.step = Step::none;
  recovery.next_at = std::nullopt;
  recovery.late = reason == Reason::late_success;
  return recovery;
}

Recovery parked_cascade(Reason reason) {
  Recovery recovery = parked(reason);
  recovery.kind = RecoveryKind::cascade;
  recovery.expires_at = start + 8s;
  recovery.told = Reason::timeout;
  return recovery;
}

Situation with(SubscriptionStatus status, Instant now = start + 2h) {
  Situation situation = at(now);
  situation.status = status;
  return situation;
}

// "recovered none none next_cycle", or "refused: …".
std::string said(const Recovery& recovery, PersonWord word,
                 SubscriptionStatus status = SubscriptionStatus::recycle_billing,
                 Instant now = start + 2h) {
  const Situation situation = with(status, now);
  const Decision decision = decide(recovery, PersonSaid{word}, Rules{}, situation);
  if (const auto why = objection(recovery, word, Rules{}, situation)) {
    CHECK(decision.recovery == recovery);
    CHECK(decision.move == Move::none);
    return "refused: " + std::string(*why);
  }
  static constexpr const char* moves[] = {"none", "next_cycle", "recycle_failed", "gateway_back"};
  const Recovery& after = decision.recovery;
  return std::string(to_text(after.state)) + " " + std::string(to_text(after.reason)) + " " +
         std::string(to_text(after.step)) + " " + moves[static_cast<int>(decision.move)];
}

bool is_refused(const std::string& text) { return text.starts_with("refused: "); }

const std::vector<Reason> live_reasons{
    Reason::refused, Reason::challenge,      Reason::capture_required, Reason::strange_reply,
    Reason::problem, Reason::cancel_ignored, Reason::unresolved};

TEST_CASE("a person's word ends what is parked, whatever it was parked for") {
  for (const Reason reason : live_reasons) {
    CAPTURE(to_text(reason));
    const Recovery recovery = parked(reason);
    const std::string why(to_text(reason));
    CHECK(said(recovery, PersonWord::recovered) == "recovered none none next_cycle");
    // Was it charged after all? One more look.
    CHECK(said(recovery, PersonWord::failed) == "failed " + why + " inquire recycle_failed");
    const std::string looks = reason == Reason::refused ? " none" : " inquire";  // made no order
    CHECK(said(parked(reason, ""), PersonWord::failed) ==
          "failed " + why + looks + " recycle_failed");
    CHECK(said(recovery, PersonWord::refund) == "recovered " + why + " refund recycle_failed");
    CHECK(said(recovery, PersonWord::refunded) == "recovered " + why + " none recycle_failed");
    CHECK(is_refused(said(recovery, PersonWord::withdrawn)));
  }
}

TEST_CASE("a customer who has left is withdrawn, and owed what is charged all the same") {
  const Recovery recovery = parked(Reason::cancel_ignored);
  const auto gone = SubscriptionStatus::cancelled;
  CHECK(said(recovery, PersonWord::failed, gone) ==
        "refused: the customer has left; say withdrawn");
  CHECK(said(recovery, PersonWord::withdrawn, gone) ==
        "withdrawn customer_cancelled inquire gateway_back");
  CHECK(said(recovery, PersonWord::withdrawn, SubscriptionStatus::paused) ==
        "withdrawn customer_paused inquire gateway_back");
  CHECK(said(recovery, PersonWord::retry, gone) == "withdrawing customer_cancelled cancel none");
  const auto kept = decide(recovery, PersonSaid{PersonWord::recovered}, Rules{}, with(gone));
  CHECK(kept.recovery.refund_due);
  CHECK(kept.alarm == Alarm::refund_due);
}

TEST_CASE("a held late success is kept or given back, and never called uncharged") {
  const Recovery held = parked(Reason::late_success);
  CHECK(said(held, PersonWord::recovered) == "recovered none none next_cycle");
  CHECK(said(held, PersonWord::refund) == "recovered late_success refund none");
  CHECK(said(held, PersonWord::refunded) == "recovered late_success none none");
  for (const auto word : {PersonWord::failed, PersonWord::withdrawn, PersonWord::retry}) {
    CHECK(said(held, word) ==
          "refused: FlexFactor has charged it; say recovered, refund or refunded");
  }
  Situation moved_on = with(SubscriptionStatus::active);
  moved_on.moved_on = true;
  const auto kept = decide(held, PersonSaid{PersonWord::recovered}, Rules{}, moved_on);
  CHECK(kept.recovery.state == RecoveryState::recovered);
  CHECK(kept.move == Move::none);
}

TEST_CASE("a refund by a person's word is made once, and asked about before it is made again") {
  const Recovery held = parked(Reason::late_success);
  const auto word = Event(PersonSaid{PersonWord::refund});
  const Recovery giving_back = after(held, word, start + 2h);
  CHECK(giving_back.refund_due);
  const Recovery unsure = after(giving_back, RefundAnswered{Refund::unavailable, {}}, start + 2h);
  CHECK(unsure.step == Step::inquire);
  const Recovery again = after(unsure, learned(News::completed, Source::inquiry), start + 3h);
  CHECK(again.step == Step::refund);
  const Recovery done = after(again, RefundAnswered{Refund::accepted, {}}, start + 4h);
  CHECK(done.refunded);
  CHECK(done.step == Step::none);
  // It is over: news of the charge makes no second refund.
  CHECK(after(done, learned(News::completed, Source::inquiry), start + 5h).step == Step::none);
  const auto refused = decide(again, RefundAnswered{Refund::refused, {}}, Rules{}, at(start + 4h));
  CHECK(refused.alarm == Alarm::refund_due);
}

TEST_CASE("what cannot be given back from here says so") {
  CHECK(said(parked(Reason::unresolved, ""), PersonWord::refund) ==
        "refused: FlexFactor's id of the order is not known; refund it in the portal and say "
        "refunded");
  Recovery back = parked(Reason::problem);
  back.refunded = true;
  CHECK(said(back, PersonWord::refund) == "refused: the money has gone back; say refunded");
  CHECK(said(back, PersonWord::refunded) == "recovered problem none recycle_failed");
}

TEST_CASE("L2 L3: a retry goes on with the same order and never makes another") {
  for (const Reason reason : {Reason::refused, Reason::strange_reply}) {
    const Recovery recovery = parked(reason, "");
    CHECK(said(recovery, PersonWord::retry) == "unknown no_answer send none");
    CHECK(is_refused(said(recovery, PersonWord::retry, SubscriptionStatus::recycle_billing,
                          start + 25h)));  // FlexFactor has forgotten the key
    CHECK(after(recovery, PersonSaid{PersonWord::retry}, start + 2h).sending == recovery.sending);
  }
  for (const Reason reason : {Reason::challenge, Reason::capture_required, Reason::problem}) {
    CHECK(said(parked(reason), PersonWord::retry, SubscriptionStatus::recycle_billing,
               start + 72h) == "waiting none inquire none");
  }
  CHECK(said(parked(Reason::cancel_ignored), PersonWord::retry) ==
        "withdrawing expired cancel none");
  CHECK(said(parked(Reason::unresolved, ""), PersonWord::retry) ==
        "withdrawing unresolved external_cancel none");
}

TEST_CASE("C2: a cascade's charge is kept or given back, and its request is never sent again") {
  const Recovery held = parked_cascade(Reason::late_success);
  CHECK(said(held, PersonWord::recovered) == "recovered none none next_cycle");
  CHECK(said(held, PersonWord::refund) == "recovered late_success refund none");
  CHECK(said(parked_cascade(Reason::unresolved), PersonWord::retry) ==
        "withdrawing timeout cancel none");
  CHECK(said(parked_cascade(Reason::problem), PersonWord::failed) ==
        "failed problem inquire recycle_failed");
}

TEST_CASE("a person's word on what is not parked is refused and changes nothing") {
  for (int state = 0; state <= static_cast<int>(RecoveryState::released); ++state) {
    Recovery recovery = claimed();
    recovery.state = static_cast<RecoveryState>(state);
    if (recovery.state == RecoveryState::parked) continue;
    for (int word = 0; word <= static_cast<int>(PersonWord::retry); ++word) {
      CHECK(said(recovery, static_cast<PersonWord>(word)) ==
            "refused: it is not parked: nobody waits for a person");
    }
  }
  for (int word = 0; word <= static_cast<int>(PersonWord::retry); ++word) {
    const auto one = static_cast<PersonWord>(word);
    CHECK(parse_person_word(to_text(one)) == one);
  }
}

}  // namespace

TEST_CASE("parked: an answer from before a person's word takes nothing of it back") {
  const Recovery parked = after(taken_over(), learned(News::problem), start + 1h);
  const Recovery retried = after(parked, PersonSaid{PersonWord::retry}, start + 2h);
  REQUIRE(retried.state == RecoveryState::waiting);
  for (const News news : {News::problem, News::challenge, News::strange, News::still_open}) {
    CHECK(after(retried, answer(parked, news), start + 3h) == retried);
  }
  CHECK(after(retried, answer(retried, News::problem), start + 3h).state == RecoveryState::parked);
}

}  // namespace recycled::billing
