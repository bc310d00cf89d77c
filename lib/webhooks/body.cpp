#include "webhooks/body.hpp"

#include <nlohmann/json.hpp>

#include "billing/recovery.hpp"

namespace recycled::webhooks {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json reason_of(const ports::OutboundEvent& event) {
  return event.reason == to_text(billing::Reason::none) ? Json() : text_or_null(event.reason);
}

Json data_of(const ports::OutboundEvent& event) {
  Json data;
  data["merchant_order_id"] = text_or_null(event.sale.str());
  data["subscription_id"] = text_or_null(event.subscription.str());
  data["cycle"] = event.cycle ? Json(*event.cycle) : Json();
  data["amount"] = event.amount ? Json(to_decimal(*event.amount)) : Json();
  data["currency"] = event.amount ? Json(event.amount->currency.code()) : Json();
  data["gateway_id"] = text_or_null(event.gateway.str());
  data["next_bill_on"] = event.next_bill_on ? Json(to_iso8601(*event.next_bill_on)) : Json();
  data["rebill_with"] = text_or_null(event.rebill_with);
  data["reason"] = reason_of(event);
  data["refund_due"] = event.refund_due;
  data["order_id"] = text_or_null(event.order.str());
  data["provider_order_id"] = text_or_null(event.provider_order.str());
  return data;
}

}  // namespace

std::string body_of(const std::string& id, const ports::OutboundEvent& event) {
  Json body;
  body["id"] = id;
  body["type"] = event.type;
  body["timestamp"] = to_iso8601(event.at);
  body["data"] = data_of(event);
  // An id of the merchant's need not be UTF-8; a broken byte becomes U+FFFD.
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace recycled::webhooks
