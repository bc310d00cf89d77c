#include "flexfactor/simulated.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/guid.hpp"
#include "flexfactor/simulated_cards.hpp"
#include "flexfactor/simulated_wire.hpp"
#include "flexfactor/url.hpp"

namespace recycled::flexfactor {

namespace {

constexpr std::string_view token_endpoint = "oauth2/token";

// Never answered.
http::Response silence() {
  http::Response response;
  response.status = 0;
  response.delivery = http::Delivery::stall;
  return response;
}

// Managed accounts answer at once with SUBMITTED even where the result is already there: that is
// what callback_early is about.
std::string_view reply_word(const SimulatedOrder& order, const Behaviour& behaviour) {
  const bool early = behaviour.mode == billing::MitMode::managed &&
                     order.state == SimulatedState::completed && !order.sale.shopper_waits;
  return early ? "SUBMITTED" : word_of(order, behaviour);
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool matches(const crypto::Secret& wanted, const std::string& given) {
  return wanted.empty() || crypto::equal_in_constant_time(wanted.reveal(), given);
}

}  // namespace

SimulatedFlexFactor::SimulatedFlexFactor(Behaviour behaviour) : orders_(std::move(behaviour)) {}

SimulatedFlexFactor::Target SimulatedFlexFactor::take_apart(const http::Request& request) {
  std::string_view path = request.target;
  Target target;
  if (const auto mark = path.find('?'); mark != std::string_view::npos) {
    for (const auto& pair : split(path.substr(mark + 1), '&')) {
      const auto equals = pair.find('=');
      if (equals != std::string::npos)
        target.query[pair.substr(0, equals)] = url_unescaped(pair.substr(equals + 1));
    }
    path = path.substr(0, mark);
  }
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.starts_with("v1/")) path.remove_prefix(3);
  auto parts = split(path, '/');
  if (parts.size() >= 2 && parts[0] == "orders") {
    target.id = url_unescaped(std::exchange(parts[1], "{id}"));
  }
  for (const auto& part : parts) {
    if (!target.endpoint.empty()) target.endpoint += '/';
    target.endpoint += part;
  }
  return target;
}

http::Response SimulatedFlexFactor::handle(const http::Request& request, Instant now) {
  auto response = respond(request, now);
  const Instant shown = now + orders_.behaviour().quirks.clock_ahead;
  response.headers.emplace_back("Date", http::to_http_date(shown));
  return response;
}

http::Response SimulatedFlexFactor::respond(const http::Request& request, Instant now) {
  const Target target = take_apart(request);
  ++orders_.counted().calls[target.endpoint];
  if (auto failed = fail_before(request, target)) return *failed;
  const bool stalls = orders_.strikes(SimulatedFault::stall);
  if (stalls && orders_.dice().roll(2) == 0) return silence();
  auto response = process(request, target, now);
  if (stalls) {
    response.delivery = http::Delivery::stall;
  } else if (orders_.strikes(SimulatedFault::reset_after_read)) {
    response.delivery = http::Delivery::reset;
  } else if (orders_.strikes(SimulatedFault::error_5xx_after)) {
    return error(500);
  }
  return response;
}

http::Response SimulatedFlexFactor::error(int status) const {
  return error_response(status, orders_.behaviour().quirks.error_body);
}

http::Response SimulatedFlexFactor::unknown_order() const {
  return error(orders_.behaviour().quirks.unknown_order_code);
}

// The faults that hit before anything is processed.
std::optional<http::Response> SimulatedFlexFactor::fail_before(const http::Request& request,
                                                               const Target& target) {
  if (target.endpoint != token_endpoint && orders_.strikes(SimulatedFault::token_expired)) {
    const std::string header = http::find_header(request.headers, "authorization").value_or("");
    if (header.starts_with("Bearer ")) tokens_.erase(header.substr(7));
    return error(401);
  }
  if (orders_.strikes(SimulatedFault::error_429)) {
    auto busy = error(429);
    busy.headers.emplace_back("Retry-After", std::to_string(1 + orders_.dice().roll(5)));
    return busy;
  }
  if (orders_.strikes(SimulatedFault::error_5xx)) {
    return error(orders_.dice().roll(2) == 0 ? 500 : 503);
  }
  return std::nullopt;
}

http::Response SimulatedFlexFactor::process(const http::Request& request, const Target& target,
                                            Instant now) {
  const std::string call = request.method + " " + target.endpoint;
  if (call == "POST oauth2/token") return token(request, now);
  if (!knows_bearer(request, now)) return error(401);
  if (call == "POST evaluate") return evaluate(request, now);
  const Polls polls = orders_.behaviour().quirks.polls;
  if (call == "GET orders/{id}" && polls != Polls::outcome) return inquire(target);
  if (call == "GET orders") return list(target);
  if (call == "POST orders/{id}/cancel") return cancel(target, now);
  if (call == "POST orders/{id}/external-cancel") return cancel(target, now);
  if (call == "POST orders/{id}/refund") return refund(request, target, now);
  if (call == "POST capture") return capture(request, now);
  if (call == "POST outcome" && polls != Polls::orders) return outcome(request);
  if (call == "POST tokenize") return tokenize(request, target, now);
  return error(404);
}

// --- tokens ---

http::Response SimulatedFlexFactor::token(const http::Request& request, Instant now) {
  const auto& behaviour = orders_.behaviour();
  const Json body = parse_object(request.body).value_or(Json::object());
  const std::string key = text_at(body, "AppKey");
  const std::string secret = text_at(body, "AppSecret");
  if (key.empty() || !matches(behaviour.app_key, key) || !matches(behaviour.app_secret, secret)) {
    return bad_request({{"AppKey", {"The AppKey or AppSecret is wrong."}}});
  }
  std::erase_if(tokens_, [now](const auto& token) { return token.second <= now; });
  const std::string number = std::to_string(orders_.dice().next());
  const std::string access = "sim." + crypto::derive_guid({"simulated token", number});
  const Instant ends = now + behaviour.token_life;
  tokens_[access] = ends;
  Json reply = envelope("SUCCESS", nullptr);
  reply["accessToken"] = access;
  reply["refreshToken"] = "sim.refresh";
  reply["expires"] = to_millis(ends);
  return json_response(200, reply);
}

bool SimulatedFlexFactor::knows_bearer(const http::Request& request, Instant now) const {
  const std::string header = http::find_header(request.headers, "authorization").value_or("");
  if (!header.starts_with("Bearer ")) return false;
  const auto known = tokens_.find(header.substr(7));
  return known != tokens_.end() && now < known->second;
}

// --- cards ---

http::Response SimulatedFlexFactor::tokenize(const http::Request& request, const Target& target,
                                             Instant now) {
  const Json body = parse_object(request.body).value_or(Json::object());
  const Json wrong = tokenize_problems(orders_.behaviour(), target.query, body, now);
  if (!wrong.empty()) return bad_request(wrong);
  ++orders_.counted().cards;
  return json_response(200, tokenized(body));
}

// --- evaluate ---

// The first answer to a key is the answer to its every repeat; other bytes under it are a conflict.
http::Response SimulatedFlexFactor::evaluate(const http::Request& request, Instant now) {
  const auto body = parse_object(request.body);
  if (!body) return bad_request({{"$", {"The body is not JSON."}}});
  const Json missing = missing_fields(*body);
  if (!missing.empty()) return bad_request(missing);

  const std::string key = text_at(*body, "idempotencyKey");
  const auto known = answered_.find(key);
  const bool is_repeat =
      known != answered_.end() && now - known->second.at < orders_.behaviour().repeat_window;
  const Repeats repeats = orders_.behaviour().quirks.repeats;
  if (is_repeat && repeats != Repeats::anew) {
    const bool same = known->second.body == request.body;
    return same && repeats == Repeats::answer ? known->second.response : error(409);
  }
  auto response = judge(*body, now);
  answered_[key] = Answered{request.body, response, now};
  return response;
}

http::Response SimulatedFlexFactor::judge(const Json& body, Instant now) {
  const SimulatedSale sale = sale_in(body);
  const auto& behaviour = orders_.behaviour();
  if (fate_of(behaviour, sale.card_token, sale.order.str(), 1) == Fate::refuse) {
    return bad_request({{"PaymentMethod.CardNumber", {"This card cannot be processed."}}});
  }
  const SimulatedOrder& order = orders_.take_over(sale, now);
  return json_response(200, envelope(reply_word(order, behaviour), &order));
}

// Both forms of a 400 are seen in the wild, so both are sent, by chance.
http::Response SimulatedFlexFactor::bad_request(const Json& fields) {
  const std::string number = std::to_string(orders_.dice().next());
  Json bare_form;
  bare_form["TraceId"] = {"00-" + crypto::to_hex(crypto::sha256(number)).substr(0, 32) + "-00"};
  bare_form.update(fields);
  if (orders_.dice().roll(2) == 0) return json_response(400, bare_form);
  Json wrapped;
  wrapped["status"] = "400";
  wrapped["errors"] = std::move(bare_form);
  return json_response(400, wrapped);
}

// --- orders ---

http::Response SimulatedFlexFactor::inquire(const Target& target) {
  const auto found = orders_.find(target.id);
  // Only their own id will do here.
  if (found.size() != 1 || found.front()->id.str() != target.id) return unknown_order();
  return json_response(200, shown(*found.front(), orders_.behaviour().quirks));
}

http::Response SimulatedFlexFactor::list(const Target& target) const {
  const auto text = [&target](const char* name) {
    const auto given = target.query.find(name);
    return given == target.query.end() ? std::string() : given->second;
  };
  Json asked;
  for (const char* name : {"pageSize", "pageNumber", "status"}) asked[name] = text(name);
  const int first_page = orders_.behaviour().quirks.first_page;
  const auto page_size = std::clamp<std::int64_t>(integer_at(asked, "pageSize").value_or(10), 1,
                                                  orders_.behaviour().quirks.largest_page);
  const auto page = std::clamp<std::int64_t>(
      integer_at(asked, "pageNumber").value_or(first_page) - first_page + 1, 1, 1'000'000);
  const auto status = integer_at(asked, "status");
  const auto from = parse_instant(text("from"));
  const auto to = parse_instant(text("to"));
  const Quirks& quirks = orders_.behaviour().quirks;
  std::int64_t total = 0;
  Json items = Json::array();
  for (const auto& order : orders_.created(from, to)) {
    if (status && shown_number(order, quirks) != *status) continue;
    const bool is_of_page = total >= (page - 1) * page_size && total < page * page_size;
    if (is_of_page) items.push_back(shown(order, quirks));
    ++total;
  }
  Json reply;
  reply["totalCount"] = total;
  reply["pageSize"] = page_size;
  reply["pageNumber"] = page + first_page - 1;
  reply["items"] = std::move(items);
  return json_response(200, reply);
}

// `cancel` names an order of theirs, `external-cancel` all under an id of the merchant's.
http::Response SimulatedFlexFactor::cancel(const Target& target, Instant now) {
  const bool external = target.endpoint.ends_with("external-cancel");
  const auto found = orders_.find(target.id);
  bool known = false;
  bool charged = false;
  for (SimulatedOrder* order : found) {
    const std::string& name = external ? order->sale.order.str() : order->id.str();
    if (name != target.id) continue;
    known = true;
    if (!orders_.cancel(*order, now)) charged = true;
  }
  if (!known) return unknown_order();
  if (charged) return bad_request({{"OrderId", {"The order is completed."}}});
  return json_response(200, Json::object());
}

http::Response SimulatedFlexFactor::refund(const http::Request& request, const Target& target,
                                           Instant now) {
  const auto body = parse_object(request.body);
  if (!body || !member(*body, "amountToRefund").is_number()) {
    return bad_request({{"AmountToRefund", {"The AmountToRefund field is required."}}});
  }
  const auto found = orders_.find(target.id);
  if (found.size() != 1) return unknown_order();
  if (!orders_.refund(*found.front(), now)) {
    return bad_request({{"OrderId", {"The order is not completed."}}});
  }
  return json_response(200, envelope("SUCCESS", found.front()));
}

http::Response SimulatedFlexFactor::capture(const http::Request& request, Instant now) {
  const Json body = parse_object(request.body).value_or(Json::object());
  const auto found = orders_.find(text_at(body, "orderId"));
  if (found.size() != 1) return unknown_order();
  if (!orders_.capture(*found.front(), now)) {
    return bad_request({{"OrderId", {"The order is not waiting for a capture."}}});
  }
  return json_response(200, envelope("APPROVED", found.front()));
}

http::Response SimulatedFlexFactor::outcome(const http::Request& request) {
  const Json body = parse_object(request.body).value_or(Json::object());
  const auto found = orders_.find(text_at(body, "orderSessionKey"));
  if (found.size() != 1) return unknown_order();
  const SimulatedOrder& order = *found.front();
  return json_response(200, envelope(word_of(order, orders_.behaviour()), &order));
}

// --- what it counted ---

std::string to_json(const Statistics& statistics) {
  Json body;
  body["orders"] = statistics.orders;
  body["charges"] = statistics.charges;
  body["double_charges"] = statistics.double_charges;
  body["approved"] = statistics.approved;
  body["declined"] = statistics.declined;
  body["expired"] = statistics.expired;
  body["cancelled"] = statistics.cancelled;
  body["refunded"] = statistics.refunded;
  body["cards"] = statistics.cards;
  body["callbacks_sent"] = statistics.callbacks_sent;
  body["callbacks_lost"] = statistics.callbacks_lost;
  body["calls"] = Json::object();
  for (const auto& [endpoint, count] : statistics.calls) body["calls"][endpoint] = count;
  body["faults"] = Json::object();
  for (const auto& [fault, count] : statistics.faults) {
    body["faults"][std::string(to_text(fault))] = count;
  }
  return body.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const std::vector<Charge>& charges) {
  Json body = Json::array();
  for (const auto& charge : charges) {
    Json row;
    row["at"] = to_iso8601(charge.at);
    row["subscription"] = charge.subscription.str();
    row["cycle"] = charge.cycle;
    row["order"] = charge.order.str();
    row["provider_order"] = charge.provider_order.str();
    row["amount"] = charge.amount.minor;
    row["currency"] = charge.amount.currency.code();
    body.push_back(std::move(row));
  }
  return body.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace recycled::flexfactor
