// What a rerun of new sales came to, or would: each with its amount and end, or why it was not
// taken, and totals. Pure.
#pragma once

#include <string>
#include <vector>

#include "billing/sale_refusal.hpp"
#include "ports/ledger.hpp"

namespace recycled::report {

struct RerunItem {
  std::string order;  // as it was asked for
  // Nothing of both: the ledger knows no such order.
  std::optional<ports::StoredRecovery> taken;
  std::optional<billing::SaleRefusal> refusal;
};

// Why an order was not taken: a word for programs, a sentence for people without a full stop, and
// what exactly, which may be empty. No refusal: the ledger knows no such order.
struct WhyNot {
  std::string reason;
  std::string sentence;
  std::string detail;
};
WhyNot why_not(const std::optional<billing::SaleRefusal>& refusal);

enum class RerunTense { done, would_be };

std::string to_text(const std::vector<RerunItem>& items, RerunTense tense);
// {"dry_run","items":[{"order_id","taken","amount","currency","gateway","expires_at","reason",…}],
//  "totals":[{"currency","count","amount"}]}
std::string to_json(const std::vector<RerunItem>& items, RerunTense tense);

}  // namespace recycled::report
