// What a backfill came to, or would: each decline of the period with its amount, re-attempt,
// gateway and end, or why it is left out, and totals. Source: operations.md "backfill". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "billing/eligibility.hpp"
#include "billing/left_out.hpp"
#include "ports/ledger.hpp"
#include "report/hand_overs.hpp"
#include "report/plan.hpp"

namespace recycled::report {

struct BackfillItem {
  std::string id;  // the subscription's
  std::optional<ports::StoredRecovery> taken;
  std::variant<billing::Refusal, billing::LeftAlone> left;  // why it is not taken
  int expiry_days = 0;                                      // of what is taken
  bool before = false;  // an earlier run of the same plan had handed it over
};

WhyNot why_not(const BackfillItem& item);
// Whether nothing but a person's doing brings it on: a field, a card, a class, the config.
bool needs_person(const BackfillItem& item);

// `not_reached`: so many were to be handed over when the command was stopped. `plan` is the digest
// of what is said, or of what was carried out; empty: of neither.
struct BackfillRun {
  Tense tense = Tense::done;
  std::string plan;
  std::int64_t not_reached = 0;
};

std::string to_text(const std::vector<BackfillItem>& items, const BackfillRun& run);
// {"dry_run","plan","not_reached","items":[{"subscription_id","taken","gateway","amount",
//  "currency","reattempt","billing_cycle","back_to","expires_at","reason",…}],
//  "totals":[{"currency","count","amount"}],"left_out":{REASON: count}}
std::string to_json(const std::vector<BackfillItem>& items, const BackfillRun& run);

// As one of a plan of a backfill.
PlannedItem planned(const BackfillItem& item);

}  // namespace recycled::report
