// Requests to bytes.
#include <utility>

#include "flexfactor/codec.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

namespace {

// FlexFactor counts an empty string as missing and wants "NA" where there is no such result.
std::string or_na(const std::string& text) { return text.empty() ? "NA" : text; }

void put_if_any(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

Json subscription_part(const billing::Subscription& subscription) {
  Json part;
  part["subscriptionId"] = subscription.id.str();
  part["interval"] = billing::to_text(subscription.interval);
  part["price"] = std::to_string(subscription.price.minor);  // cents, as all amounts of evaluate
  part["currency"] = subscription.price.currency.code();
  part["paymentNumber"] = subscription.cycle;
  part["totalPayments"] = subscription.final_cycle.value_or(0);
  return part;
}

Json transaction_part(const Account& account, const ports::HandOverRequest& request) {
  const billing::Declined& declined = *request.subscription.declined;
  Json part;
  part["id"] = request.order.str();
  part["amount"] = request.amount.minor;
  part["currency"] = request.amount.currency.code();
  part["responseCode"] = declined.code;
  part["responseCodeSource"] = request.subscription.gateway.str();
  part["avsResultCode"] = or_na(declined.avs_result);
  part["cvvResultCode"] = or_na(declined.cvv_result);
  part["cavvResultCode"] = "NA";  // 3-D Secure: a recurring charge has none
  put_if_any(part, "responseDescription", declined.message);
  part["processorName"] = request.subscription.gateway.str();
  part["cardNotPresent"] = true;
  put_if_any(part, "dynamicDescriptor", account.descriptor);
  part["timestampUtc"] = to_iso8601(declined.at);
  part["timezoneUtcOffset"] = 0;  // the time beside it is UTC
  return part;
}

Json payer_part(const billing::Subscription& subscription) {
  Json part = Json::object();
  put_if_any(part, "email", subscription.payer.email);
  put_if_any(part, "phone", subscription.payer.phone);
  put_if_any(part, "id", subscription.customer.str());
  return part;
}

Json payment_part(const billing::Card& card) {
  Json part;
  part["Token"] = true;
  part["cardNumber"] = card.token;
  return part;
}

Json billing_part(const billing::Payer& payer) {
  Json part = Json::object();
  put_if_any(part, "firstName", payer.first_name);
  put_if_any(part, "lastName", payer.last_name);
  put_if_any(part, "country", payer.country);
  if (payer.country.size() == 2) part["countryCode"] = payer.country;
  put_if_any(part, "addressLine1", payer.address1);
  put_if_any(part, "addressLine2", payer.address2);
  put_if_any(part, "state", payer.state);
  put_if_any(part, "city", payer.city);
  put_if_any(part, "zipcode", payer.zip);
  put_if_any(part, "phone", payer.phone);
  return part;
}

// The name of the first required field the request lacks, or null.
const char* missing_field(const Account& account, const ports::HandOverRequest& request) {
  const auto& subscription = request.subscription;
  if (request.order.empty()) return "orderId";
  if (request.key.empty()) return "idempotencyKey";
  if (account.mid.empty()) return "mid";
  if (account.site_id.empty()) return "siteId";
  if (subscription.id.empty()) return "subscription_id";
  if (subscription.gateway.empty()) return "gateway_id";
  if (subscription.card.token.empty()) return "card_token";
  if (!subscription.declined) return "decline";
  if (subscription.declined->code.empty()) return "decline_code";
  if (request.amount.minor <= 0) return "amount";
  return nullptr;
}

// The one place where JSON becomes bytes: text that is not UTF-8 cannot.
Result<std::string> to_bytes(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::type_error&) {
    return fail(Fault::invalid, "a field is not valid UTF-8");
  }
}

}  // namespace

Result<std::string> compose(const Account& account, const ports::HandOverRequest& request) {
  if (const char* field = missing_field(account, request)) {
    return fail(Fault::invalid, std::string(field) + " is required by FlexFactor");
  }
  Json body;
  body["isDeclined"] = true;
  body["idempotencyKey"] = request.key.str();
  body["orderId"] = request.order.str();
  body["mid"] = account.mid;
  body["siteId"] = account.site_id;
  body["isMIT"] = true;
  body["isRecurring"] = true;
  body["expiryDateUtc"] = to_iso8601(request.expires_at);
  body["subscription"] = subscription_part(request.subscription);
  body["transaction"] = transaction_part(account, request);
  if (auto payer = payer_part(request.subscription); !payer.empty()) body["payer"] = payer;
  body["paymentMethod"] = payment_part(request.subscription.card);
  if (auto address = billing_part(request.subscription.payer); !address.empty()) {
    body["billingInformation"] = address;
  }
  return to_bytes(body);
}

Result<std::string> recompose(const std::string& body, const IdempotencyKey& key) {
  auto request = parse_object(body);
  if (!request || text_at(*request, "idempotencyKey").empty()) {
    return fail(Fault::invalid, "the stored request is not a hand-over");
  }
  if (key.empty()) return fail(Fault::invalid, "idempotencyKey is required by FlexFactor");
  (*request)["idempotencyKey"] = key.str();
  return to_bytes(*request);
}

OrderId order_in(std::string_view body) {
  const auto request = parse_object(body);
  return OrderId(request ? text_at(*request, "orderId") : std::string());
}

std::string compose_outcome(const ProviderOrderId& order) {
  Json body;
  body["orderSessionKey"] = order.str();
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string compose_token_request(const Account& account) {
  Json body;
  body["AppKey"] = account.app_key.reveal();
  body["AppSecret"] = account.app_secret.reveal();
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace recycled::flexfactor
