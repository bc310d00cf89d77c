#include "report/cascade.hpp"

#include "base/ensure.hpp"
#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

billing::Reason told(const CascadeStory& story) {
  ensure(story.recovery && story.recovery->recovery.told, "a shopper has been told");
  return *story.recovery->recovery.told;
}

std::string reason_of(const CascadeStory& story) {
  if (story.refusal) return std::string(to_text(story.refusal->reason));
  if (told(story) == billing::Reason::none) return {};
  return std::string(to_text(told(story)));
}

std::string message_of(const CascadeStory& story) {
  if (!story.refusal) return std::string(sentence(told(story)));
  std::string message(explain(story.refusal->reason));
  if (!story.refusal->detail.empty()) message += " (" + printable(story.refusal->detail) + ")";
  return message;
}

}  // namespace

std::string result_of(const CascadeStory& story) {
  if (story.refusal) return "refused";
  return told(story) == billing::Reason::none ? "approved" : "declined";
}

std::string to_text(const CascadeStory& story) {
  std::string line = printable(story.order) + "  " + result_of(story);
  if (!reason_of(story).empty()) line += ": " + reason_of(story) + ", " + message_of(story);
  if (story.recovery) {
    const billing::Recovery& recovery = story.recovery->recovery;
    line += "; " + in_words(recovery.amount) + " at " + recovery.provider_gateway.str() + ", by " +
            story.decided_by + ", order " + recovery.order.str();
  }
  return line + "\n";
}

std::string to_json(const CascadeStory& story) {
  Json json{{"order_id", story.order}, {"result", result_of(story)}};
  json["reason"] = text_or_null(reason_of(story));
  json["message"] = text_or_null(message_of(story));
  json["decided_by"] = text_or_null(story.decided_by);
  for (const char* name : {"gateway", "amount", "currency", "handed_over_as", "provider_order"}) {
    json[name] = nullptr;
  }
  if (!story.recovery) return written(json);
  const billing::Recovery& recovery = story.recovery->recovery;
  json["gateway"] = recovery.provider_gateway.str();
  json["amount"] = to_decimal(recovery.amount);
  json["currency"] = recovery.amount.currency.code();
  json["handed_over_as"] = recovery.order.str();
  if (recovery.provider_order) json["provider_order"] = recovery.provider_order->str();
  return written(json);
}

}  // namespace recycled::report
