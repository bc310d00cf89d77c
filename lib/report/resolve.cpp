#include "report/resolve.hpp"

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {

std::string to_text(const ResolvedItem& item) {
  const billing::Recovery& before = item.before.recovery;
  const std::string whose = item.before.sale.empty()
                                ? "subscription " + item.before.subscription.str()
                                : "the merchant's order " + item.before.sale.str();
  std::string text = "order " + before.order.str() + " of " + printable(whose) + " for " +
                     in_words(before.amount) + " was parked (" +
                     std::string(to_text(before.reason)) + ") and is " +
                     std::string(to_text(item.after.state)) + ": " +
                     std::string(sentence(item.after.state)) + "\n";
  if (item.after.next_at) {
    text += "next: " + std::string(sentence(item.after.step)) + ", from " +
            to_iso8601(*item.after.next_at) + " on, by the service or the next `once`\n";
  }
  return text;
}

std::string to_json(const ResolvedItem& item) {
  const billing::Recovery& before = item.before.recovery;
  return written(Json{
      {"order_id", before.order.str()},
      {"subscription_id", text_or_null(item.before.subscription.str())},
      {"merchant_order_id", text_or_null(item.before.sale.str())},
      {"before", {{"state", to_text(before.state)}, {"reason", to_text(before.reason)}}},
      {"after", {{"state", to_text(item.after.state)}, {"reason", to_text(item.after.reason)}}},
      {"next_step", to_text(item.after.step)},
      {"next_at", when_or_null(item.after.next_at)}});
}

}  // namespace recycled::report
