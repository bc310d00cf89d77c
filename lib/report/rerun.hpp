// What a rerun of new sales came to, or would: each with its amount and end, or why it was not
// taken, and totals. Pure.
#pragma once

#include <string>
#include <vector>

#include "billing/sale_refusal.hpp"
#include "ports/ledger.hpp"
#include "report/hand_overs.hpp"
#include "report/plan.hpp"

namespace recycled::report {

struct RerunItem {
  std::string id;  // as it was asked for
  // Nothing of both: the ledger knows no such order.
  std::optional<ports::StoredRecovery> taken;
  std::optional<billing::SaleRefusal> refusal;
  int expiry_days = 0;  // of what is taken
  bool before = false;  // an earlier run of the same plan had handed it over
};

// Why an order was not taken. No refusal: the ledger knows no such order.
WhyNot why_not(const std::optional<billing::SaleRefusal>& refusal);

// `plan` is the digest of what is said, or of what was carried out; empty: of neither.
std::string to_text(const std::vector<RerunItem>& items, Tense tense, const std::string& plan = {});
// {"dry_run","plan","items":[{"order_id","taken","amount","currency","gateway","expires_at",
//  "reason",…}],"totals":[{"currency","count","amount"}]}
std::string to_json(const std::vector<RerunItem>& items, Tense tense, const std::string& plan = {});

// As one of a plan of reruns.
PlannedItem planned(const RerunItem& item);

}  // namespace recycled::report
