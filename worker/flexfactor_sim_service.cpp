#include "flexfactor_sim_service.hpp"

#include <algorithm>
#include <utility>

#include "flexfactor/json.hpp"

namespace recycled {

namespace {

constexpr int deliveries_at_a_time = 64;
constexpr Millis drain = std::chrono::seconds(1);

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = std::move(body);
  return response;
}

http::Response refusal(std::string why) {
  flexfactor::Json body;
  body["error"] = std::move(why);
  return json_response(400, body.dump(-1, ' ', false, flexfactor::Json::error_handler_t::replace));
}

bool is_success(int status, int wanted) {
  return wanted == 0 ? status >= 200 && status < 300 : status == wanted;
}

}  // namespace

SimService::SimService(boost::asio::any_io_executor executor, SimOptions options)
    : executor_(executor),
      options_(std::move(options)),
      alarm_(executor, clock_),
      machine_(options_.behaviour),
      server_(executor, options_.server,
              [this](http::Request request) { return answer(std::move(request)); }),
      deliveries_(executor, deliveries_at_a_time) {}

Result<void> SimService::start() {
  auto receiver = set_receiver(options_.callback_url);
  if (!receiver) return receiver;
  return server_.start();
}

void SimService::stop() {
  stopping_ = true;
  alarm_.wake();
}

async::Task<void> SimService::run() {
  while (!stopping_) {
    co_await deliver_due();
    if (stopping_) break;
    co_await alarm_.wait_until(next_at());
  }
  co_await server_.stop(drain);
  co_await deliveries_.join();
}

Instant SimService::next_at() const {
  // Also without anything due it looks up now and then, which costs nothing.
  Instant next = clock_.now() + std::chrono::minutes(1);
  if (const auto due = machine_.next_at()) next = std::min(next, *due);
  if (!repeats_.empty()) next = std::min(next, repeats_.begin()->first);
  return next;
}

// --- requests ---

async::Task<http::Response> SimService::answer(http::Request request) {
  if (request.target.starts_with("/sim/")) {
    auto controlled = control(request);
    alarm_.wake();
    co_return controlled;
  }
  auto response = machine_.handle(request, clock_.now());
  for (auto& callback : machine_.take_early()) {
    Delivery delivery{std::move(callback), 0};
    co_await deliver(std::move(delivery));
  }
  alarm_.wake();
  co_return response;
}

http::Response SimService::control(const http::Request& request) {
  const std::string call = request.method + " " + request.target;
  if (call == "GET /sim/statistics") return json_response(200, to_json(machine_.statistics()));
  if (call == "GET /sim/charges") return json_response(200, to_json(machine_.charges()));
  if (call == "POST /sim/faults") return switch_faults(request);
  if (call == "POST /sim/callback-url") return switch_receiver(request);
  return json_response(404, R"({"error":"no such control"})");
}

// All of them or none: a half-switched simulator would be hard to reason about.
http::Response SimService::switch_faults(const http::Request& request) {
  const auto body = flexfactor::parse_object(request.body);
  if (!body) return refusal(R"(expected {"name": per mille})");
  std::map<flexfactor::SimulatedFault, int> wanted;
  for (const auto& [name, value] : body->items()) {
    const auto fault = flexfactor::parse_simulated_fault(name);
    const auto rate = flexfactor::integer_at(*body, name.c_str());
    if (!fault) return refusal("no such fault: " + name);
    if (!rate || *rate < 0 || *rate > 1000) return refusal(name + " is 0 to 1000 per mille");
    wanted[*fault] = static_cast<int>(*rate);
  }
  for (const auto& [fault, rate] : wanted) machine_.set_fault(fault, rate);
  return json_response(200, "{}");
}

http::Response SimService::switch_receiver(const http::Request& request) {
  const auto body = flexfactor::parse_object(request.body);
  if (!body) return refusal(R"(expected {"url": "http://…"})");
  auto set = set_receiver(flexfactor::text_at(*body, "url"));
  if (!set) return refusal(set.error().message);
  return json_response(200, "{}");
}

Result<void> SimService::set_receiver(const std::string& url) {
  if (url.empty()) {
    receiver_.reset();
    return {};
  }
  const auto scheme = url.find("://");
  const auto path = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  if (path == std::string::npos) {
    return fail(Fault::invalid, "a callback URL is http(s)://host:port/path, not '" + url + "'");
  }
  http::ClientSettings settings;
  settings.base_url = url.substr(0, path + 1);
  settings.ca_file = options_.callback_ca;
  settings.request_timeout = std::chrono::seconds(10);
  auto client = http::Client::make(executor_, std::move(settings));
  if (!client) return Failure(client.error());
  receiver_ = std::make_shared<Receiver>();
  receiver_->client = std::move(*client);
  receiver_->target = url.substr(path + 1);
  return {};
}

// --- callbacks ---

async::Task<void> SimService::deliver_due() {
  const Instant now = clock_.now();
  std::vector<Delivery> due;
  for (auto& callback : machine_.advance(now)) due.push_back({std::move(callback), 0});
  while (!repeats_.empty() && repeats_.begin()->first <= now) {
    auto node = repeats_.extract(repeats_.begin());
    node.mapped().callback = machine_.resend(node.mapped().callback, now);
    due.push_back(std::move(node.mapped()));
  }
  for (auto& delivery : due) {
    auto task = deliver(std::move(delivery));
    co_await deliveries_.spawn(std::move(task));
  }
}

async::Task<void> SimService::deliver(Delivery delivery) {
  const std::shared_ptr<Receiver> receiver = receiver_;
  if (!receiver) co_return;
  http::Request request;
  request.method = "POST";
  request.target = receiver->target;
  request.headers = delivery.callback.headers;
  request.body = delivery.callback.body;
  auto taken = co_await receiver->client->exchange(std::move(request));
  if (taken && is_success(taken->status, options_.callback_success)) co_return;
  if (++delivery.tries >= options_.callback_tries) co_return;
  const Millis gap = options_.callback_gap * (1 << std::min(delivery.tries - 1, 16));
  repeats_.emplace(clock_.now() + gap, std::move(delivery));
  alarm_.wake();
}

}  // namespace recycled
