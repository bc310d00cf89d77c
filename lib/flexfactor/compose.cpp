// Requests to bytes.
#include <initializer_list>
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

// What a request says of a decline, of whatever it is the decline.
struct DeclinePart {
  const billing::Declined& declined;
  const GatewayId& gateway;
};

Json transaction_part(const Account& account, const OrderId& order, const Money& amount,
                      const DeclinePart& decline) {
  const billing::Declined& declined = decline.declined;
  Json part;
  part["id"] = order.str();
  part["amount"] = amount.minor;
  part["currency"] = amount.currency.code();
  part["responseCode"] = declined.code;
  part["responseCodeSource"] = decline.gateway.str();
  part["avsResultCode"] = or_na(declined.avs_result);
  part["cvvResultCode"] = or_na(declined.cvv_result);
  part["cavvResultCode"] = "NA";  // 3-D Secure: nobody tells us of one
  put_if_any(part, "responseDescription", declined.message);
  part["processorName"] = decline.gateway.str();
  part["cardNotPresent"] = true;
  put_if_any(part, "dynamicDescriptor", account.descriptor);
  part["timestampUtc"] = to_iso8601(declined.at);
  part["timezoneUtcOffset"] = 0;  // the time beside it is UTC
  return part;
}

Json payer_part(const billing::Payer& payer, const CustomerId& customer) {
  Json part = Json::object();
  put_if_any(part, "email", payer.email);
  put_if_any(part, "phone", payer.phone);
  put_if_any(part, "id", customer.str());
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

// The name of the first required field that is missing, or null.
struct Required {
  const char* name;
  bool is_there;
};
const char* first_missing(std::initializer_list<Required> fields) {
  for (const Required& field : fields) {
    if (!field.is_there) return field.name;
  }
  return nullptr;
}

const char* missing_field(const Account& account, const ports::HandOverRequest& request) {
  const auto& subscription = request.subscription;
  const auto& declined = subscription.declined;
  return first_missing({{"orderId", !request.order.empty()},
                        {"idempotencyKey", !request.key.empty()},
                        {"mid", !account.mid.empty()},
                        {"siteId", !account.site_id.empty()},
                        {"subscription_id", !subscription.id.empty()},
                        {"gateway_id", !subscription.gateway.empty()},
                        {"card_token", !subscription.card.token.empty()},
                        {"decline", declined.has_value()},
                        {"decline_code", declined && !declined->code.empty()},
                        {"amount", request.amount.minor > 0}});
}

const char* missing_field(const Account& account, const ports::SaleRequest& request) {
  const billing::Sale& sale = request.sale;
  const bool shopper_waits = request.by == ports::SaleRequest::By::customer;
  return first_missing({{"orderId", !request.order.empty()},
                        {"idempotencyKey", !request.key.empty()},
                        {"mid", !account.mid.empty()},
                        {"siteId", !account.site_id.empty()},
                        {"order_id", !sale.id.empty()},
                        {"gateway_id", !sale.gateway.empty()},
                        {"card_token", !sale.card.token.empty()},
                        {"decline", sale.declined.has_value()},
                        {"decline_code", sale.declined && !sale.declined->code.empty()},
                        {"amount", sale.amount.minor > 0},
                        {"ip_address", !shopper_waits || !sale.payer.ip_address.empty()}});
}

// The one place where JSON becomes bytes: text that is not UTF-8 cannot.
Result<std::string> to_bytes(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::type_error&) {
    return fail(Fault::invalid, "a field is not valid UTF-8");
  }
}

Json head(const Account& account, const OrderId& order, const IdempotencyKey& key) {
  Json body;
  body["isDeclined"] = true;
  body["idempotencyKey"] = key.str();
  body["orderId"] = order.str();
  body["mid"] = account.mid;
  body["siteId"] = account.site_id;
  return body;
}

void put_customer(Json& body, const billing::Payer& payer, const CustomerId& customer,
                  const billing::Card& card) {
  if (auto part = payer_part(payer, customer); !part.empty()) body["payer"] = part;
  body["paymentMethod"] = payment_part(card);
  if (auto address = billing_part(payer); !address.empty()) body["billingInformation"] = address;
}

}  // namespace

Result<std::string> compose(const Account& account, const ports::HandOverRequest& request) {
  if (const char* field = missing_field(account, request)) {
    return fail(Fault::invalid, std::string(field) + " is required by FlexFactor");
  }
  const billing::Subscription& subscription = request.subscription;
  Json body = head(account, request.order, request.key);
  body["isMIT"] = true;
  body["isRecurring"] = true;
  body["expiryDateUtc"] = to_iso8601(request.expires_at);
  body["subscription"] = subscription_part(subscription);
  body["transaction"] = transaction_part(account, request.order, request.amount,
                                         {*subscription.declined, subscription.gateway});
  put_customer(body, subscription.payer, subscription.customer, subscription.card);
  return to_bytes(body);
}

Result<std::string> compose_sale(const Account& account, const ports::SaleRequest& request) {
  if (const char* field = missing_field(account, request)) {
    return fail(Fault::invalid, std::string(field) + " is required by FlexFactor");
  }
  const billing::Sale& sale = request.sale;
  Json body = head(account, request.order, request.key);
  switch (request.by) {
    case ports::SaleRequest::By::merchant:
      body["isMIT"] = true;
      body["isRecurring"] = request.subscription.has_value();
      body["expiryDateUtc"] = to_iso8601(request.expires_at);
      if (request.subscription) body["subscription"] = subscription_part(*request.subscription);
      break;
    case ports::SaleRequest::By::customer:  // flexfactor.md: neither MIT fields nor an expiry
      body["customerIp"] = sale.payer.ip_address;
      break;
  }
  body["transaction"] =
      transaction_part(account, request.order, sale.amount, {*sale.declined, sale.gateway});
  put_customer(body, sale.payer, sale.customer, sale.card);
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

// By hand, since a JSON library's decimals are floating point.
std::string compose_refund(Money amount) {
  return R"({"amountToRefund":)" + to_decimal(amount) + "}";
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
