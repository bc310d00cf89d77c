// Requests to bytes.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/json_writer.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

namespace {

// FlexFactor counts an empty string as missing and wants "NA" where there is no such result.
std::string_view or_na(std::string_view text) { return text.empty() ? "NA" : text; }

void put_subscription(JsonWriter& out, const billing::Subscription& subscription) {
  out.begin("subscription");
  out.text("subscriptionId", subscription.id.str());
  out.text("interval", billing::to_text(subscription.interval));
  out.text("price", std::to_string(subscription.price.minor));  // cents, as all amounts of evaluate
  out.text("currency", subscription.price.currency.code());
  out.number("paymentNumber", subscription.cycle);
  out.number("totalPayments", subscription.final_cycle.value_or(0));
  out.end();
}

// What a request says of a decline, of whatever it is the decline.
struct DeclinePart {
  const billing::Declined& declined;
  const GatewayId& gateway;
};

void put_transaction(JsonWriter& out, const Account& account, const OrderId& order,
                     const Money& amount, const DeclinePart& decline) {
  const billing::Declined& declined = decline.declined;
  out.begin("transaction");
  out.text("id", order.str());
  out.number("amount", amount.minor);
  out.text("currency", amount.currency.code());
  out.text("responseCode", declined.code);
  out.text("responseCodeSource", decline.gateway.str());
  out.text("avsResultCode", or_na(declined.avs_result));
  out.text("cvvResultCode", or_na(declined.cvv_result));
  out.text("cavvResultCode", "NA");  // 3-D Secure: nobody tells us of one
  out.text_if_any("responseDescription", declined.message);
  out.text("processorName", decline.gateway.str());
  out.literal("cardNotPresent", "true");
  out.text_if_any("dynamicDescriptor", account.descriptor);
  out.text("timestampUtc", to_iso8601(declined.at));
  out.number("timezoneUtcOffset", 0);  // the time beside it is UTC
  out.end();
}

void put_payer(JsonWriter& out, const billing::Payer& payer, const CustomerId& customer) {
  if (payer.email.empty() && payer.phone.empty() && customer.empty()) return;
  out.begin("payer");
  out.text_if_any("email", payer.email);
  out.text_if_any("phone", payer.phone);
  out.text_if_any("id", customer.str());
  out.end();
}

void put_payment(JsonWriter& out, const billing::Card& card) {
  out.begin("paymentMethod");
  out.literal("Token", "true");
  out.text("cardNumber", card.token);
  out.end();
}

void put_address(JsonWriter& out, const billing::Payer& payer) {
  const bool is_country_code = payer.country.size() == 2;
  const std::pair<std::string_view, std::string_view> members[] = {
      {"firstName", payer.first_name},
      {"lastName", payer.last_name},
      {"country", payer.country},
      {"countryCode", is_country_code ? payer.country : std::string_view()},
      {"addressLine1", payer.address1},
      {"addressLine2", payer.address2},
      {"state", payer.state},
      {"city", payer.city},
      {"zipcode", payer.zip},
      {"phone", payer.phone},
  };
  const auto is_there = [](const auto& member) { return !member.second.empty(); };
  if (std::ranges::none_of(members, is_there)) return;
  out.begin("billingInformation");
  for (const auto& [name, value] : members) out.text_if_any(name, value);
  out.end();
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

Failure not_utf8() { return fail(Fault::invalid, "a field is not valid UTF-8"); }

// The one place where a composed request becomes bytes: text that is not UTF-8 cannot.
Result<std::string> to_bytes(JsonWriter&& body) {
  if (!body.is_utf8()) return not_utf8();
  return body.finish();
}

JsonWriter head(const Account& account, const OrderId& order, const IdempotencyKey& key) {
  JsonWriter body;
  body.literal("isDeclined", "true");
  body.text("idempotencyKey", key.str());
  body.text("orderId", order.str());
  body.text("mid", account.mid);
  body.text("siteId", account.site_id);
  return body;
}

void put_customer(JsonWriter& out, const billing::Payer& payer, const CustomerId& customer,
                  const billing::Card& card) {
  put_payer(out, payer, customer);
  put_payment(out, card);
  put_address(out, payer);
}

}  // namespace

Result<std::string> compose(const Account& account, const ports::HandOverRequest& request) {
  if (const char* field = missing_field(account, request)) {
    return fail(Fault::invalid, std::string(field) + " is required by FlexFactor");
  }
  const billing::Subscription& subscription = request.subscription;
  JsonWriter body = head(account, request.order, request.key);
  body.literal("isMIT", "true");
  body.literal("isRecurring", "true");
  body.text("expiryDateUtc", to_iso8601(request.expires_at));
  put_subscription(body, subscription);
  put_transaction(body, account, request.order, request.amount,
                  {*subscription.declined, subscription.gateway});
  put_customer(body, subscription.payer, subscription.customer, subscription.card);
  return to_bytes(std::move(body));
}

Result<std::string> compose_sale(const Account& account, const ports::SaleRequest& request) {
  if (const char* field = missing_field(account, request)) {
    return fail(Fault::invalid, std::string(field) + " is required by FlexFactor");
  }
  const billing::Sale& sale = request.sale;
  JsonWriter body = head(account, request.order, request.key);
  switch (request.by) {
    case ports::SaleRequest::By::merchant:
      body.literal("isMIT", "true");
      body.literal("isRecurring", request.subscription ? "true" : "false");
      body.text("expiryDateUtc", to_iso8601(request.expires_at));
      if (request.subscription) put_subscription(body, *request.subscription);
      break;
    case ports::SaleRequest::By::customer:  // flexfactor.md: neither MIT fields nor an expiry
      body.text("customerIp", sale.payer.ip_address);
      break;
  }
  put_transaction(body, account, request.order, sale.amount, {*sale.declined, sale.gateway});
  put_customer(body, sale.payer, sale.customer, sale.card);
  return to_bytes(std::move(body));
}

Result<std::string> recompose(const std::string& body, const IdempotencyKey& key) {
  auto request = parse_object(body);
  if (!request || text_at(*request, "idempotencyKey").empty()) {
    return fail(Fault::invalid, "the stored request is not a hand-over");
  }
  if (key.empty()) return fail(Fault::invalid, "idempotencyKey is required by FlexFactor");
  (*request)["idempotencyKey"] = key.str();
  try {
    return request->dump();
  } catch (const Json::type_error&) {
    return not_utf8();
  }
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
