#include "flexfactor/simulated_wire.hpp"

#include <array>
#include <utility>

namespace recycled::flexfactor {

namespace {

struct Required {
  const char* part;  // null: the request itself
  const char* name;
  const char* shown;  // as the service spells it
};

constexpr std::array always_required{
    Required{nullptr, "idempotencyKey", "IdempotencyKey"},
    Required{nullptr, "orderId", "OrderId"},
    Required{nullptr, "mid", "Mid"},
    Required{nullptr, "siteId", "SiteId"},
    Required{"transaction", "id", "Transaction.Id"},
    Required{"transaction", "currency", "Transaction.Currency"},
    Required{"transaction", "responseCode", "Transaction.ResponseCode"},
    Required{"transaction", "responseCodeSource", "Transaction.ResponseCodeSource"},
    Required{"transaction", "avsResultCode", "Transaction.AvsResultCode"},
    Required{"transaction", "cvvResultCode", "Transaction.CvvResultCode"},
    Required{"transaction", "cavvResultCode", "Transaction.CavvResultCode"},
    Required{"paymentMethod", "cardNumber", "PaymentMethod.CardNumber"},
};

constexpr std::array recurring_required{
    Required{"subscription", "subscriptionId", "Subscription.SubscriptionId"},
    Required{"subscription", "interval", "Subscription.Interval"},
    Required{"subscription", "price", "Subscription.Price"},
    Required{"subscription", "currency", "Subscription.Currency"},
};

constexpr std::array present_required{
    Required{nullptr, "customerIp", "CustomerIp"},
};

template <class Table>
void demand(const Table& table, const Json& body, Json& missing) {
  for (const Required& field : table) {
    const Json& part = field.part ? member(body, field.part) : body;
    if (!text_at(part, field.name).empty()) continue;
    missing[field.shown] = {"The " + std::string(field.shown) + " field is required."};
  }
}

struct Shown {
  int number;
  const char* name;
};

Shown expired_status(const Quirks& quirks) {
  switch (quirks.expired_shows) {
    case ExpiredShows::word:
      return {2, quirks.expired_word.c_str()};
    case ExpiredShows::cancelled:
      return {2, "CANCELLED"};
    case ExpiredShows::open:
      return {4, "PROCESSING"};
  }
  return {3, "PROBLEM"};
}

Shown shown_status(SimulatedState state, const Quirks& quirks) {
  switch (state) {
    case SimulatedState::processing:
      return {4, "PROCESSING"};
    case SimulatedState::on_hold:
      return {1, "ONHOLD"};
    case SimulatedState::declined:
    case SimulatedState::cancelled:
      return {2, "CANCELLED"};
    case SimulatedState::expired:
      return expired_status(quirks);
    case SimulatedState::capture_required:
      return {5, "CAPTUREREQUIRED"};
    case SimulatedState::returned:
      return {6, "RETURNED"};
    case SimulatedState::completed:
      return {7, "COMPLETED"};
  }
  return {3, "PROBLEM"};
}

Json amount_shown(Money amount, AmountUnit unit) {
  switch (unit) {
    case AmountUnit::minor:
      return amount.minor;
    case AmountUnit::major:
      return Json::parse(to_decimal(amount));
  }
  return {};
}

}  // namespace

Json missing_fields(const Json& body) {
  Json missing = Json::object();
  demand(always_required, body, missing);
  if (is_true(body, "isRecurring")) demand(recurring_required, body, missing);
  if (is_true(body, "isMIT")) {
    if (!parse_instant(text_at(body, "expiryDateUtc"))) {
      missing["ExpiryDateUtc"] = {text_at(body, "expiryDateUtc").empty()
                                      ? "The ExpiryDateUtc field is required."
                                      : "The value is not a date."};
    }
  } else {
    demand(present_required, body, missing);
  }
  if (integer_at(member(body, "transaction"), "amount").value_or(0) <= 0) {
    missing["Transaction.Amount"] = {"The Transaction.Amount field is required."};
  }
  return missing;
}

SimulatedSale sale_in(const Json& body) {
  const Json& transaction = member(body, "transaction");
  const Json& subscription = member(body, "subscription");
  SimulatedSale sale;
  sale.order = OrderId(text_at(body, "orderId"));
  sale.subscription = SubscriptionId(text_at(subscription, "subscriptionId"));
  sale.cycle = integer_at(subscription, "paymentNumber").value_or(0);
  sale.amount.minor = integer_at(transaction, "amount").value_or(0);
  sale.amount.currency = Currency::parse(text_at(transaction, "currency")).value_or(Currency());
  sale.card_token = text_at(member(body, "paymentMethod"), "cardNumber");
  sale.expires_at = parse_instant(text_at(body, "expiryDateUtc"));
  sale.shopper_waits = !is_true(body, "isMIT");
  return sale;
}

Json envelope(std::string_view status, const SimulatedOrder* order) {
  Json body;
  if (order) {
    body["orderSessionKey"] = order->id.str();
    body["orderId"] = order->id.str();
    body["senseKey"] = nullptr;
  }
  body["success"] = true;
  body["result"] = nullptr;
  body["status"] = status;
  body["statusCode"] = nullptr;
  body["errors"] = Json::array();
  body["customProperties"] = Json::object();
  return body;
}

std::string_view word_of(const SimulatedOrder& order, const Behaviour& behaviour) {
  switch (order.state) {
    case SimulatedState::processing:
      if (order.fate == Fate::never || order.fate == Fate::late) return "PROCESSING";
      if (behaviour.mode == billing::MitMode::sync && order.fate != Fate::cancel) return "DECLINED";
      return "SUBMITTED";
    case SimulatedState::on_hold:
      return "CHALLENGE";
    case SimulatedState::declined:
      return "DECLINED";
    case SimulatedState::cancelled:
      return "CANCELLED";
    case SimulatedState::expired:
      return "EXPIRED";
    case SimulatedState::capture_required:
      return "CAPTUREREQUIRED";
    case SimulatedState::returned:
      return "RETURNED";
    case SimulatedState::completed:
      return "APPROVED";
  }
  return "PROBLEM";
}

int shown_number(const SimulatedOrder& order, const Quirks& quirks) {
  return shown_status(order.state, quirks).number;
}

Json shown(const SimulatedOrder& order, const Quirks& quirks) {
  const Shown status = shown_status(order.state, quirks);
  Json body;
  body["id"] = order.id.str();
  if (quirks.shows_external_id) body["externalOrderId"] = order.sale.order.str();
  body["status"] = status.number;
  body["statusName"] = status.name;
  body["amount"] = amount_shown(order.sale.amount, quirks.order_amounts);
  body["currency"] = order.sale.amount.currency.code();
  body["createdOn"] = to_iso8601(order.created_at);
  body["expiryDate"] = to_iso8601(order.expires_at);
  return body;
}

http::Response error_response(int status, ErrorBody form) {
  const std::string number = std::to_string(status);
  http::Response response;
  switch (form) {
    case ErrorBody::none:
      break;
    case ErrorBody::json:
      return json_response(status, {{"status", number}, {"message", "simulated " + number}});
    case ErrorBody::problem:
      return json_response(status, {{"type", "about:blank"},
                                    {"title", "simulated " + number},
                                    {"status", status},
                                    {"traceId", "00-simulated-00"}});
    case ErrorBody::html:
      response.headers = {{"Content-Type", "text/html"}};
      response.body = "<html><body><h1>" + number + "</h1></body></html>";
      break;
  }
  response.status = status;
  return response;
}

http::Response json_response(int status, const Json& body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

}  // namespace recycled::flexfactor
