#include "report/explain_sale.hpp"

#include "report/history.hpp"
#include "report/pause.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

using billing::Recovery;
using billing::RecoveryState;
using billing::Sale;

std::optional<ports::StoredSale> find(ports::LedgerReader& ledger, const std::string& id) {
  if (auto stored = ledger.sale(SaleId(id))) return stored;
  const auto recovery = ledger.recovery(OrderId(id));
  if (!recovery) return std::nullopt;
  const auto* key = std::get_if<SaleKey>(&recovery->subject);
  if (key == nullptr) return std::nullopt;
  return ledger.sale(*key);
}

// What the rules say to the order; before them what only the ledger knows.
std::optional<billing::SaleRefusal> judge(const SaleExplanation& explanation,
                                          const billing::Rules& rules) {
  for (const RecoveryStory& story : explanation.recoveries) {
    const Recovery& recovery = story.stored.recovery;
    if (billing::is_live(recovery.state)) {
      return billing::SaleRefusal{billing::SaleRefused::open_recovery, recovery.order.str()};
    }
    if (recovery.state == RecoveryState::recovered) {
      return billing::SaleRefusal{billing::SaleRefused::already_handed_over, recovery.order.str()};
    }
  }
  return billing::judge_any_way_in(explanation.stored.sale, rules);
}

// Writes the sentences one after the other.
class Teller {
 public:
  Teller(SaleExplanation& explanation, const ports::Calendar& calendar)
      : explanation_(explanation), sale_(explanation.stored.sale), calendar_(calendar) {}

  void tell() {
    say_where();
    say_decline();
    for (const RecoveryStory& story : explanation_.recoveries) say_recovery(story.stored.recovery);
    say_next();
  }

 private:
  void say(const std::string& sentence) { explanation_.sentences.push_back(sentence + "."); }
  std::string moment(Instant at) const { return in_words({at, calendar_.day_of(at)}); }

  void say_where() {
    std::string text = "Order " + sale_.id.str() + " (" + std::string(to_text(sale_.type)) +
                       ") is " + std::string(to_text(sale_.status)) + ", sold on gateway " +
                       sale_.gateway.str() + " for " + in_words(sale_.amount);
    if (!sale_.routing_profile.empty()) {
      text += " through routing profile " + sale_.routing_profile.str();
    }
    if (!sale_.subscription.empty()) text += ", with subscription " + sale_.subscription.str();
    say(text);
  }

  void say_decline() {
    if (!sale_.declined) return;
    std::string text =
        "It declined on " + moment(sale_.declined->at) + " with code " + sale_.declined->code;
    if (!sale_.declined->message.empty()) text += ", \"" + sale_.declined->message + "\"";
    say(text);
  }

  void say_recovery(const Recovery& recovery) {
    std::string text =
        "On " + moment(recovery.claimed_at) + " it was handed to " +
        recovery.provider_gateway.str() + " by a " + std::string(to_text(recovery.kind)) +
        ", for " + in_words(recovery.amount) + " as order " + recovery.order.str() + ", which is " +
        std::string(to_text(recovery.state)) + ": " + std::string(sentence(recovery.state));
    if (const auto reason = sentence(recovery.reason); !reason.empty()) {
      text += "; the reason: " + std::string(reason);
    }
    say(text);
    if (recovery.refund_due) say("A refund is due: it was charged although it was not to be");
    if (recovery.late) say("The success came late, after we had given up");
    if (recovery.refunded) say("It has been refunded since");
    if (recovery.charged_back) say("It has been charged back since");
  }

  void say_next() {
    const auto& recoveries = explanation_.recoveries;
    if (recoveries.empty() || !billing::is_live(recoveries.back().stored.recovery.state)) {
      return say_rerun();
    }
    const Recovery& last = recoveries.back().stored.recovery;
    if (last.state == RecoveryState::parked) {
      return say("Next: a person resolves it; FlexFactor's news is still taken");
    }
    std::string text = "Next: " + std::string(sentence(last.step));
    if (last.next_at) text += ", on " + moment(*last.next_at);
    say(text);
    say("It expires on " + moment(last.expires_at));
  }

  void say_rerun() {
    const auto& refusal = explanation_.not_taken;
    if (!refusal) return say("Next: nothing by itself; `recycled rerun` hands it to FlexFactor");
    if (sale_.status != billing::SaleStatus::declined) return say("Next: nothing");
    std::string text = "It is not taken: " + std::string(billing::explain(refusal->reason));
    if (!refusal->detail.empty()) text += " (" + refusal->detail + ")";
    say(text);
    say("Next: nothing; once that is mended, `recycled rerun` hands it to FlexFactor");
  }

  SaleExplanation& explanation_;
  const Sale& sale_;
  const ports::Calendar& calendar_;
};

}  // namespace

std::optional<SaleExplanation> gather_sale(ports::LedgerReader& ledger, const billing::Rules& rules,
                                           const ports::Calendar& calendar, const std::string& id,
                                           Instant now) {
  auto stored = find(ledger, id);
  if (!stored) return std::nullopt;
  SaleExplanation explanation;
  explanation.at = now;
  explanation.stored = std::move(*stored);
  const SaleKey key = explanation.stored.key;
  explanation.recoveries = stories_of(ledger, key);
  explanation.not_taken = judge(explanation, rules);
  Teller(explanation, calendar).tell();
  for (const RecoveryStory& story : explanation.recoveries) {
    const Recovery& recovery = story.stored.recovery;
    if (recovery.state != RecoveryState::intended) continue;
    for (auto& sentence : sentences_of(ledger.pauses(), recovery.provider_gateway)) {
      explanation.sentences.push_back(std::move(sentence));
    }
  }
  const RowPast past{explanation.stored.sale.declined, explanation.stored.imported_at};
  explanation.history = history_of(past, explanation.recoveries, ledger.audit_of(key), calendar);
  return explanation;
}

std::string to_text(const SaleExplanation& explanation) {
  return story_text(explanation.sentences, explanation.history);
}

}  // namespace recycled::report
