#include "ports/ledger.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"

namespace recycled::ports {

std::string_view to_text(CallbackResult result) {
  switch (result) {
    case CallbackResult::applied:
      return "applied";
    case CallbackResult::ignored:
      return "ignored";
    case CallbackResult::unmatched:
      return "unmatched";
    case CallbackResult::failed:
      return "failed";
    case CallbackResult::unreadable:
      return "unreadable";
  }
  ensure(false, "a callback result of the set");
  return {};
}

std::string_view to_text(MoneyBack how) {
  switch (how) {
    case MoneyBack::refunded:
      return "refunded";
    case MoneyBack::charged_back:
      return "charged_back";
  }
  ensure(false, "a way of money back");
  return {};
}

std::optional<CallbackResult> parse_callback_result(std::string_view text) {
  return parse_word(text, CallbackResult::unreadable);
}

billing::HandedOver handed_over_today(LedgerReader& ledger, const Calendar& calendar, Instant now) {
  return ledger.handed_over_since(calendar.start_of(calendar.day_of(now)));
}

}  // namespace recycled::ports
