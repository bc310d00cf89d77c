#include "billing/sale.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"

namespace recycled::billing {

std::string_view to_text(SaleStatus status) {
  switch (status) {
    case SaleStatus::partial:
      return "partial";
    case SaleStatus::pending:
      return "pending";
    case SaleStatus::complete:
      return "complete";
    case SaleStatus::declined:
      return "declined";
    case SaleStatus::refunded:
      return "refunded";
    case SaleStatus::cancelled:
      return "cancelled";
  }
  ensure(false, "a sale status of the set");
  return {};
}

std::optional<SaleStatus> parse_sale_status(std::string_view text) {
  return parse_word(text, SaleStatus::cancelled);
}

bool has_left(SaleStatus status) {
  return status == SaleStatus::cancelled || status == SaleStatus::refunded;
}

std::string_view to_text(SaleType type) {
  switch (type) {
    case SaleType::new_sale:
      return "new";
    case SaleType::trial_completion:
      return "trial_completion";
  }
  ensure(false, "a sale type of the set");
  return {};
}

std::optional<SaleType> parse_sale_type(std::string_view text) {
  return parse_word(text, SaleType::trial_completion);
}

}  // namespace recycled::billing
