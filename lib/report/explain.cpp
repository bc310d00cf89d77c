#include "report/explain.hpp"

#include <algorithm>

#include "report/ceilings.hpp"
#include "report/history.hpp"
#include "report/pause.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

using billing::HandOver;
using billing::NotTaken;
using billing::Recovery;
using billing::RecoveryState;
using billing::Refusal;
using billing::Subscription;
using billing::SubscriptionStatus;

std::optional<ports::StoredSubscription> find(ports::LedgerReader& ledger, const std::string& id) {
  if (auto stored = ledger.subscription(SubscriptionId(id))) return stored;
  const auto recovery = ledger.recovery(OrderId(id));
  if (!recovery) return std::nullopt;
  const auto* key = std::get_if<SubscriptionKey>(&recovery->subject);
  if (key == nullptr) return std::nullopt;
  return ledger.subscription(*key);
}

// The recovery that speaks for the present cycle: the newest that was not released.
const Recovery* recovery_of_cycle(const Explanation& explanation) {
  const Recovery* found = nullptr;
  for (const RecoveryStory& story : explanation.recoveries) {
    const Recovery& recovery = story.stored.recovery;
    const bool counts = recovery.cycle == explanation.stored.subscription.cycle &&
                        recovery.state != RecoveryState::released;
    if (counts) found = &recovery;
  }
  return found;
}

// What the rules say to the row, and then what only the ledger knows: that this cycle was handed
// over before (B6), and what the engine found missing when it composed the request.
billing::Verdict judge(const Explanation& explanation, const billing::Rules& rules,
                       const ports::Calendar& calendar) {
  const Subscription& subscription = explanation.stored.subscription;
  const Recovery* recovery = recovery_of_cycle(explanation);
  if (recovery && billing::is_live(recovery->state)) {
    return Refusal{NotTaken::open_recovery, recovery->order.str()};
  }
  const auto& declined = subscription.declined;
  const CivilDate last = calendar.day_of(declined ? declined->last_attempt_at : explanation.at);
  billing::Verdict verdict = billing::assess(subscription, last, rules);
  if (std::holds_alternative<Refusal>(verdict)) return verdict;
  if (recovery) return Refusal{NotTaken::already_handed_over, recovery->order.str()};
  const auto& planned = explanation.stored.plan.refusal;
  if (planned && planned->reason == NotTaken::missing_field) return *planned;
  return verdict;
}

// Where the next hand-over goes to, if one comes next.
std::optional<GatewayId> next_hand_over(const Explanation& explanation,
                                        const billing::Verdict& verdict) {
  if (const auto* hand_over = std::get_if<HandOver>(&verdict)) return hand_over->provider_gateway;
  const Recovery* recovery = recovery_of_cycle(explanation);
  if (recovery && recovery->state == RecoveryState::intended) return recovery->provider_gateway;
  return std::nullopt;
}

// Writes the sentences one after the other.
class Teller {
 public:
  Teller(Explanation& explanation, const ports::Calendar& calendar)
      : explanation_(explanation),
        subscription_(explanation.stored.subscription),
        calendar_(calendar) {}

  void tell(const billing::Verdict& verdict) {
    say_where();
    say_decline();
    const Recovery* recovery = recovery_of_cycle(explanation_);
    if (recovery) say_recovery(*recovery);
    for (const RecoveryStory& story : explanation_.recoveries) {
      if (&story.stored.recovery != recovery) say_money_of_earlier(story.stored.recovery);
    }
    if (recovery && billing::is_live(recovery->state)) {
      say_next(*recovery);
    } else if (const auto* refusal = std::get_if<Refusal>(&verdict)) {
      say_refusal(*refusal);
    } else {
      say_hand_over(std::get<HandOver>(verdict));
    }
  }

 private:
  void say(const std::string& sentence) { explanation_.sentences.push_back(sentence + "."); }
  std::string moment(Instant at) const { return in_words({at, calendar_.day_of(at)}); }

  void say_where() {
    std::string text = "Subscription " + subscription_.id.str() + " is " +
                       std::string(to_text(subscription_.status)) + " in billing cycle " +
                       std::to_string(subscription_.cycle) + " on gateway " +
                       subscription_.gateway.str() + ", at " + in_words(subscription_.price);
    const std::string& reason = explanation_.stored.fail_reason;
    if (subscription_.status == SubscriptionStatus::recycle_failed && !reason.empty()) {
      text += ", with reason " + reason;
    }
    say(text);
    if (explanation_.stored.rebill_with == billing::RebillWith::card_number_without_cvv) {
      say("Its first sale was recovered at FlexFactor, so that " + subscription_.gateway.str() +
          " has no token of the card: the next rebill there goes with card number and without CVV");
    }
  }

  void say_decline() {
    if (!subscription_.declined) return;
    const billing::Declined& declined = *subscription_.declined;
    std::string text = "It declined on " + moment(declined.at);
    if (!declined.code.empty()) text += " with code " + declined.code;
    if (!declined.message.empty()) text += ", \"" + declined.message + "\"";
    text += "; re-attempts made by the merchant: " + std::to_string(declined.reattempts_made);
    if (declined.reattempts_made > 0) text += ", the last on " + moment(declined.last_attempt_at);
    say(text);
  }

  void say_recovery(const Recovery& recovery) {
    say("It was taken on " + moment(recovery.claimed_at) + " as re-attempt " +
        std::to_string(recovery.reattempt) + ", handed to " + recovery.provider_gateway.str() +
        " for " + in_words(recovery.amount) + " as order " + recovery.order.str() +
        "; it goes back to " + recovery.return_gateway.str() + " whatever comes of it");
    std::string text = "Its recovery is " + std::string(to_text(recovery.state)) + ": " +
                       std::string(sentence(recovery.state));
    if (const auto reason = sentence(recovery.reason); !reason.empty()) {
      text += "; the reason: " + std::string(reason);
    }
    say(text);
    if (recovery.refund_due) say("A refund is due: it was charged although the customer had left");
    if (recovery.late) say("The success came late, after we had given up");
    if (recovery.refunded) say("It has been refunded since");
    if (recovery.charged_back) say("It has been charged back since");
  }

  // A charge of a cycle that is over matters once more when its money goes back.
  void say_money_of_earlier(const Recovery& recovery) {
    std::string text;
    if (recovery.refund_due) text += "; a refund is due: the customer had left";
    if (recovery.refunded) text += "; it has been refunded since";
    if (recovery.charged_back) text += "; it has been charged back since";
    if (text.empty()) return;
    say("Order " + recovery.order.str() + " of billing cycle " + std::to_string(recovery.cycle) +
        " for " + in_words(recovery.amount) + " is " + std::string(to_text(recovery.state)) + text);
  }

  void say_next(const Recovery& recovery) {
    if (recovery.state == RecoveryState::parked) {
      say("Next: a person resolves it; FlexFactor's news is still taken");
      return;
    }
    std::string text = "Next: " + std::string(sentence(recovery.step));
    if (recovery.next_at) text += due_words(*recovery.next_at);
    say(text);
    say("It expires on " + moment(recovery.expires_at));
  }

  void say_refusal(const Refusal& refusal) {
    std::string text = "It is not taken: " + std::string(billing::explain(refusal.reason));
    if (!refusal.detail.empty()) text += " (" + refusal.detail + ")";
    say(text);
    text = "Next: " + std::string(way_out(refusal.reason));
    const auto& next_bill = subscription_.next_bill_on;
    if (refusal.reason == NotTaken::not_in_recycle_billing && next_bill) {
      text += "; its next scheduled billing is on " + to_iso8601(*next_bill);
    }
    say(text);
  }

  void say_hand_over(const HandOver& hand_over) {
    say("Next: it is handed to " + hand_over.provider_gateway.str() + " as re-attempt " +
        std::to_string(hand_over.reattempt) + " (block " + std::string(to_text(hand_over.block)) +
        " of profile " + hand_over.profile.str() + ") for " + in_words(hand_over.amount) +
        due_words(explanation_.due.value().at));
  }

  std::string due_words(Instant at) const {
    if (at <= explanation_.at) return ", at the next pass: it has been due since " + moment(at);
    return ", on " + moment(at);
  }

  Explanation& explanation_;
  const Subscription& subscription_;
  const ports::Calendar& calendar_;
};

}  // namespace

Result<Explanation> gather_explanation(ports::LedgerReader& ledger, const billing::Rules& rules,
                                       const ports::Calendar& calendar, const std::string& id,
                                       Instant now) {
  auto stored = find(ledger, id);
  if (!stored) {
    return fail(Fault::not_found,
                "the ledger knows neither a subscription nor an order \"" + printable(id) + "\"");
  }
  Explanation explanation;
  explanation.at = now;
  explanation.stored = std::move(*stored);
  explanation.recoveries = stories_of(ledger, explanation.stored.key);
  const billing::Verdict verdict = judge(explanation, rules, calendar);
  if (const auto* refusal = std::get_if<Refusal>(&verdict)) {
    explanation.not_taken = *refusal;
  } else {
    const Instant due_at = calendar.start_of(std::get<HandOver>(verdict).due_on);
    // The engine may have put it off (card_cap); it never takes a row before its day.
    const Instant at = std::max(due_at, explanation.stored.plan.due_at.value_or(due_at));
    explanation.due = Moment{at, calendar.day_of(at)};
  }
  Teller(explanation, calendar).tell(verdict);
  if (const auto gateway = next_hand_over(explanation, verdict)) {
    for (auto& sentence : sentences_of(ledger.pauses(), *gateway)) {
      explanation.sentences.push_back(std::move(sentence));
    }
  }
  if (explanation.due && explanation.due->at <= now) {
    const auto today = gather_today(ledger, rules.ceilings.day, calendar, now);
    const auto sentence = sentence_of(today, std::get<HandOver>(verdict).amount);
    if (sentence) explanation.sentences.push_back(*sentence);
  }
  const RowPast past{explanation.stored.subscription.declined, explanation.stored.imported_at};
  explanation.history =
      history_of(past, explanation.recoveries, ledger.audit_of(explanation.stored.key), calendar);
  return explanation;
}

std::string to_text(const Explanation& explanation) {
  return story_text(explanation.sentences, explanation.history);
}

}  // namespace recycled::report
