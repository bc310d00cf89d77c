#include "report/cascade.hpp"

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

using ports::CascadeAnswer;
using ports::CascadeTold;

// Empty of an approval.
std::string reason_in(const CascadeAnswer& answer) {
  const std::string_view reason = ports::reason_of(answer);
  return reason == to_text(billing::Reason::none) ? std::string() : std::string(reason);
}

std::string message_of(const CascadeAnswer& answer) {
  if (const auto* told = std::get_if<CascadeTold>(&answer)) {
    return std::string(sentence(told->stored.recovery.told.value()));
  }
  const auto& refusal = std::get<billing::SaleRefusal>(answer);
  std::string message(explain(refusal.reason));
  if (!refusal.detail.empty()) message += " (" + printable(refusal.detail) + ")";
  return message;
}

}  // namespace

std::string to_text(const SaleId& order, const CascadeAnswer& answer) {
  std::string line = printable(order.str()) + "  " + std::string(ports::result_of(answer));
  const std::string reason = reason_in(answer);
  if (!reason.empty()) line += ": " + reason + ", " + message_of(answer);
  if (const auto* told = std::get_if<CascadeTold>(&answer)) {
    const billing::Recovery& recovery = told->stored.recovery;
    line += "; " + in_words(recovery.amount) + " at " + recovery.provider_gateway.str() + ", by " +
            told->decided_by + ", order " + recovery.order.str();
  }
  return line + "\n";
}

std::string to_json(const SaleId& order, const CascadeAnswer& answer) {
  const auto* told = std::get_if<CascadeTold>(&answer);
  Json json{{"order_id", order.str()}, {"result", ports::result_of(answer)}};
  json["reason"] = text_or_null(reason_in(answer));
  json["message"] = text_or_null(message_of(answer));
  json["decided_by"] = told == nullptr ? Json() : text_or_null(told->decided_by);
  for (const char* name : {"gateway", "amount", "currency", "handed_over_as", "provider_order"}) {
    json[name] = nullptr;
  }
  if (told == nullptr) return written(json);
  const billing::Recovery& recovery = told->stored.recovery;
  json["gateway"] = recovery.provider_gateway.str();
  json["amount"] = to_decimal(recovery.amount);
  json["currency"] = recovery.amount.currency.code();
  json["handed_over_as"] = recovery.order.str();
  if (recovery.provider_order) json["provider_order"] = recovery.provider_order->str();
  return written(json);
}

}  // namespace recycled::report
