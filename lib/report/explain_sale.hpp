// `recycled explain ID` of a new sale (the merchant's order): its whole story, where it stands and
// what happens next.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "billing/sale_refusal.hpp"
#include "report/explain.hpp"

namespace recycled::report {

struct SaleExplanation {
  Instant at{};
  ports::StoredSale stored;
  std::vector<RecoveryStory> recoveries;  // oldest first
  // Why FlexFactor is not to have it, whichever way in; nothing: a rerun would hand it over.
  std::optional<billing::SaleRefusal> not_taken;
  std::vector<std::string> sentences;
  std::vector<HistoryLine> history;  // oldest first
};

// `id` is the merchant's order id, or our order id of one of its recoveries. Nothing: the ledger
// knows no sale of that id.
std::optional<SaleExplanation> gather_sale(ports::LedgerReader& ledger, const billing::Rules& rules,
                                           const ports::Calendar& calendar, const std::string& id,
                                           Instant now);

std::string to_text(const SaleExplanation& explanation);
std::string to_json(const SaleExplanation& explanation);

}  // namespace recycled::report
