// What a person's word on a parked recovery comes to.
#include "base/ensure.hpp"
#include "base/words.hpp"
#include "billing/deciding.hpp"

namespace recycled::billing {
namespace {

Reason reason_of_leaving(const Situation& situation) {
  return situation.status == SubscriptionStatus::paused ? Reason::customer_paused
                                                        : Reason::customer_cancelled;
}

// Only a request under a key that FlexFactor still knows is the same order for certain.
bool can_be_repeated(const Recovery& recovery, const Rules& rules, Instant now) {
  return now < recovery.expires_at && is_key_young(recovery, rules.timing, now);
}

std::optional<std::string_view> objection_to_retry(const Recovery& recovery, const Rules& rules,
                                                   Instant now) {
  const bool takes_back =
      recovery.reason == Reason::cancel_ignored || recovery.reason == Reason::unresolved;
  if (takes_back || recovery.provider_order || is_cascade(recovery)) return std::nullopt;
  if (can_be_repeated(recovery, rules, now)) return std::nullopt;
  return "its request is too old to repeat, since FlexFactor would take it for another order; say "
         "failed, or recovered";
}

}  // namespace

std::string_view to_text(PersonWord word) {
  switch (word) {
    case PersonWord::recovered:
      return "recovered";
    case PersonWord::failed:
      return "failed";
    case PersonWord::withdrawn:
      return "withdrawn";
    case PersonWord::refund:
      return "refund";
    case PersonWord::refunded:
      return "refunded";
    case PersonWord::retry:
      return "retry";
  }
  ensure(false, "a person's word of the set");
  return {};
}

std::optional<PersonWord> parse_person_word(std::string_view text) {
  return parse_word(text, PersonWord::retry);
}

std::optional<std::string_view> objection(const Recovery& recovery, PersonWord word,
                                          const Rules& rules, const Situation& situation) {
  if (recovery.state != RecoveryState::parked) return "it is not parked: nobody waits for a person";
  const bool is_uncharged =
      word == PersonWord::failed || word == PersonWord::withdrawn || word == PersonWord::retry;
  if (is_held(recovery) && is_uncharged) {
    return "FlexFactor has charged it; say recovered, refund or refunded";
  }
  switch (word) {
    case PersonWord::recovered:
    case PersonWord::refunded:
      return std::nullopt;
    case PersonWord::failed:
      if (has_left(situation.status)) return "the customer has left; say withdrawn";
      return std::nullopt;
    case PersonWord::withdrawn:
      if (!has_left(situation.status)) return "the customer has not left; say failed";
      return std::nullopt;
    case PersonWord::refund:
      if (recovery.refunded || recovery.charged_back)
        return "the money has gone back; say refunded";
      if (recovery.provider_order) return std::nullopt;
      return "FlexFactor's id of the order is not known; refund it in the portal and say refunded";
    case PersonWord::retry:
      return objection_to_retry(recovery, rules, situation.now);
  }
  return std::nullopt;
}

void Deciding::on(const PersonSaid& event) {
  if (objection(now_is(), event.word, rules_, situation_)) return;
  switch (event.word) {
    case PersonWord::recovered:
      return person_keeps_charge();
    case PersonWord::failed:
      return finish(RecoveryState::failed, now_is().reason, Move::recycle_failed);
    case PersonWord::withdrawn:
      return finish(RecoveryState::withdrawn, reason_of_leaving(situation_), Move::gateway_back);
    case PersonWord::refund:
      now_is().refund_due = true;
      person_gives_up_charge();
      return give_back();
    case PersonWord::refunded:
      person_gives_up_charge();
      return flag_money_back(News::refunded);
    case PersonWord::retry:
      return person_retries();
  }
}

// Also of a cascade whose shopper was told "declined": whoever says so has come to terms with him.
void Deciding::person_keeps_charge() {
  if (is_cascade(now_is())) now_is().late = true;
  const bool left = has_left(situation_.status) && !is_held(now_is());
  now_is().refund_due = left;
  finish(RecoveryState::recovered, Reason::none, Move::next_cycle);
  if (left) decision_.alarm = Alarm::refund_due;
}

// Charged, and not to be: what the subscription or order becomes is as if it had not been. A held
// one has become that before it was parked.
void Deciding::person_gives_up_charge() {
  const Move move = is_held(now_is())             ? Move::none
                    : has_left(situation_.status) ? Move::gateway_back
                                                  : Move::recycle_failed;
  now_is().late = true;
  now_is().refund_due = true;
  finish(RecoveryState::recovered, now_is().reason, move);
}

void Deciding::person_retries() {
  const Reason reason = now_is().reason;
  const bool takes_back = reason == Reason::cancel_ignored || reason == Reason::unresolved;
  if (has_left(situation_.status)) return withdraw(reason_of_leaving(situation_));
  if (is_cascade(now_is())) return withdraw(Reason::timeout);
  if (takes_back) return withdraw(reason == Reason::unresolved ? reason : Reason::expired);
  if (now_is().provider_order) {
    now_is().inquiries = 0;
    return go(RecoveryState::waiting, Reason::none, Step::inquire, situation_.now);
  }
  go(RecoveryState::unknown, Reason::no_answer, Step::send, situation_.now);
}

}  // namespace recycled::billing
