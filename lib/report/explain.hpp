// `recycled explain ID`: one subscription's whole story, where it stands and why, and what happens
// next. Source: operations.md "Commands", mission.md X2 and B7. Of the card only first six and last
// four come out (X4), and of a callback neither headers nor body.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "billing/eligibility.hpp"
#include "billing/rules.hpp"
#include "ports/calendar.hpp"
#include "ports/ledger.hpp"

namespace recycled::report {

// An instant and its civil day in the account's zone.
struct Moment {
  Instant at{};
  CivilDate day{};

  bool operator==(const Moment&) const = default;
};

// One recovery with its evidence.
struct RecoveryStory {
  ports::StoredRecovery stored;
  std::vector<ports::Attempt> attempts;
  std::vector<ports::StoredCallback> callbacks;
};

struct HistoryLine {
  Moment when;
  std::string kind;  // "decline", "reattempt", "import", "claim", "attempt", "callback", "audit"
  std::string text;

  bool operator==(const HistoryLine&) const = default;
};

struct Explanation {
  Instant at{};
  ports::StoredSubscription stored;
  std::optional<Moment> due;                  // when it is to be handed over, if it is to be
  std::optional<billing::Refusal> not_taken;  // why it is not, as of the rules given; never both
  std::vector<RecoveryStory> recoveries;      // oldest first
  std::vector<std::string> sentences;         // where it is, why, and what happens next
  std::vector<HistoryLine> history;           // oldest first
};

// `id` is a subscription's, or our order id of one of its recoveries. The verdict is given anew by
// `rules`, so that a config changed since the last scan already shows. Fault::not_found when the
// ledger knows no such id.
Result<Explanation> gather_explanation(ports::LedgerReader& ledger, const billing::Rules& rules,
                                       const ports::Calendar& calendar, const std::string& id,
                                       Instant now);

std::string to_text(const Explanation& explanation);
std::string to_json(const Explanation& explanation);

}  // namespace recycled::report
