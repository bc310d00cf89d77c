#include "ports/cascade.hpp"

namespace recycled::ports {

std::string_view result_of(const CascadeAnswer& answer) {
  if (std::holds_alternative<billing::SaleRefusal>(answer)) return "refused";
  const auto& told = std::get<CascadeTold>(answer).stored.recovery.told;
  return told == billing::Reason::none ? "approved" : "declined";
}

std::string_view reason_of(const CascadeAnswer& answer) {
  if (const auto* refusal = std::get_if<billing::SaleRefusal>(&answer)) {
    return to_text(refusal->reason);
  }
  return to_text(std::get<CascadeTold>(answer).stored.recovery.told.value());
}

}  // namespace recycled::ports
