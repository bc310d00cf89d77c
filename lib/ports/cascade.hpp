// What a shop is answered on a cascade (mission.md C2).
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "billing/sale_refusal.hpp"
#include "ports/ledger.hpp"

namespace recycled::ports {

// Sent to FlexFactor: what the shopper is told, once and for all.
struct CascadeTold {
  StoredRecovery stored;   // recovery.told is there
  std::string decided_by;  // as in billing::Cascade
};

// A refusal came before any call.
using CascadeAnswer = std::variant<CascadeTold, billing::SaleRefusal>;
// "approved", "declined", "refused".
std::string_view result_of(const CascadeAnswer& answer);
// Declined or refused: the word for why; "none" of an approval.
std::string_view reason_of(const CascadeAnswer& answer);

}  // namespace recycled::ports
