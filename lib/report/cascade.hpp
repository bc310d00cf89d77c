// What a shop is answered on a cascade. Pure.
#pragma once

#include <optional>
#include <string>

#include "billing/sale_refusal.hpp"
#include "ports/ledger.hpp"

namespace recycled::report {

// A refusal, or else a recovery whose shopper has been told.
struct CascadeStory {
  std::string order;  // the merchant's
  std::optional<billing::SaleRefusal> refusal;
  std::optional<ports::StoredRecovery> recovery;
  std::string decided_by;  // the rule that sent it to FlexFactor
};

// "approved", "declined" or "refused".
std::string result_of(const CascadeStory& story);
// A line for people.
std::string to_text(const CascadeStory& story);
// {"order_id","result","reason","message","decided_by","gateway","amount","currency",
//  "handed_over_as","provider_order"}
std::string to_json(const CascadeStory& story);

}  // namespace recycled::report
