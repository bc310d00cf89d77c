// The words of closed sets: operators' scripts and the ledger depend on each of them.
#include "base/words.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/ensure.hpp"
#include "billing/eligibility.hpp"
#include "billing/left_out.hpp"
#include "billing/recovery.hpp"
#include "billing/sale_refusal.hpp"
#include "billing/subscription.hpp"

namespace recycled::billing {
namespace {

// Each word reads back to the enumerator at its place, and the set ends with the last word.
template <class Enum, class Parse>
void check_words(const std::vector<std::string>& words, Parse parse) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    CAPTURE(words[i]);
    const auto value = static_cast<Enum>(static_cast<int>(i));
    CHECK(to_text(value) == words[i]);
    CHECK(parse(words[i]) == value);
  }
  CHECK_THROWS_AS(to_text(static_cast<Enum>(static_cast<int>(words.size()))), Bug);
  CHECK_FALSE(parse(""));
  CHECK_FALSE(parse("Active"));
  CHECK_FALSE(parse(words.front() + " "));
  CHECK_FALSE(parse("default"));
}

// Each word has a sentence that no other has.
template <class Parse>
void check_sentences(const std::vector<std::string>& words, Parse parse) {
  std::vector<std::string> sentences;
  for (const auto& word : words) {
    const std::string sentence(explain(*parse(word)));
    CAPTURE(sentence);
    CHECK(sentence.size() > 20);
    CHECK(sentence.back() != '.');
    for (const auto& other : sentences) CHECK(sentence != other);
    sentences.push_back(sentence);
  }
}

TEST_CASE("the words of a subscription's status") {
  check_words<SubscriptionStatus>(
      {"trial", "active", "paused", "recycle_billing", "recycle_failed", "complete", "cancelled"},
      parse_subscription_status);
}

TEST_CASE("the words of a decline's class") {
  check_words<DeclineClass>({"soft", "hard"}, parse_decline_class);
}

TEST_CASE("the words of a recovery's state, and which of them are live") {
  const std::vector<std::string> live{"intended", "unknown",     "waiting",
                                      "grace",    "withdrawing", "parked"};
  const std::vector<std::string> ended{"recovered", "failed", "withdrawn", "released"};
  std::vector<std::string> all = live;
  all.insert(all.end(), ended.begin(), ended.end());
  check_words<RecoveryState>(all, parse_recovery_state);
  for (const auto& word : live) CHECK(is_live(*parse_recovery_state(word)));
  for (const auto& word : ended) CHECK_FALSE(is_live(*parse_recovery_state(word)));
}

TEST_CASE("the words of a recovery's step") {
  check_words<Step>({"none", "send", "inquire", "cancel", "external_cancel", "refund"}, parse_step);
}

TEST_CASE("the words of a recovery's reason") {
  check_words<Reason>({"none", "declined", "expired", "cancelled_by_provider", "customer_cancelled",
                       "customer_paused", "unresolved", "never_sent", "refused", "challenge",
                       "capture_required", "strange_reply", "problem", "cancel_ignored",
                       "late_success", "interrupted", "no_answer", "timeout"},
                      parse_reason);
}

TEST_CASE("the words for not being taken, each with a sentence of its own") {
  const std::vector<std::string> words{"not_in_recycle_billing",
                                       "cancelled",
                                       "paused",
                                       "recycle_failed",
                                       "campaign_disabled",
                                       "unknown_gateway",
                                       "declined_at_flexfactor",
                                       "no_profile",
                                       "hard_decline",
                                       "unclassified_decline",
                                       "never_send_code",
                                       "merchants_turn",
                                       "schedule_exhausted",
                                       "no_card",
                                       "missing_field",
                                       "open_recovery",
                                       "already_handed_over"};
  check_words<NotTaken>(words, parse_not_taken);
  check_sentences(words, parse_not_taken);
}

TEST_CASE("the words of a sale's status and type") {
  check_words<SaleStatus>({"partial", "pending", "complete", "declined", "refunded", "cancelled"},
                          parse_sale_status);
  check_words<SaleType>({"new", "trial_completion"}, parse_sale_type);
}

TEST_CASE("the words for a sale that is refused, each with a sentence of its own") {
  const std::vector<std::string> words{"not_declined",
                                       "complete",
                                       "refunded",
                                       "cancelled",
                                       "unknown_gateway",
                                       "declined_at_flexfactor",
                                       "unknown_campaign",
                                       "never_send_code",
                                       "unclassified_decline",
                                       "hard_decline",
                                       "no_card",
                                       "routing_profile",
                                       "no_such_gateway",
                                       "not_flexfactor",
                                       "single_transaction",
                                       "unknown_routing_profile",
                                       "no_cascade",
                                       "no_flexfactor",
                                       "no_ip_address",
                                       "missing_field",
                                       "open_recovery",
                                       "already_handed_over",
                                       "card_cap",
                                       "paused",
                                       "ceiling"};
  check_words<SaleRefused>(words, parse_sale_refused);
  check_sentences(words, parse_sale_refused);
}

TEST_CASE("the bill delay is a count of days, months or years") {
  struct Row {
    const char* text;
    Interval means;
  };
  const std::vector<Row> rows{
      {"30d", {30, Interval::Unit::days}}, {"1d", {1, Interval::Unit::days}},
      {"1m", {1, Interval::Unit::months}}, {"12m", {12, Interval::Unit::months}},
      {"1y", {1, Interval::Unit::years}},  {"999d", {999, Interval::Unit::days}}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    REQUIRE(parse_interval(row.text));
    CHECK(*parse_interval(row.text) == row.means);
    CHECK(to_text(row.means) == row.text);
  }
  for (const char* text : {"", "d", "30", "0d", "-1d", "1000d", "1w", "1M", "1.5m", " 1m", "1m ",
                           "01m", "m1", "1dm"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_interval(text));
  }
}

TEST_CASE("the words of what a backfill leaves out") {
  const std::vector<std::string> words{"not_due",   "card_cap", "not_asked_for", "over_limit",
                                       "not_found", "paused",   "ceiling"};
  const auto parse = [](std::string_view text) { return parse_word(text, LeftOut::ceiling); };
  check_words<LeftOut>(words, parse);
  check_sentences(words, parse);
}

}  // namespace
}  // namespace recycled::billing
