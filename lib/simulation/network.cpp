#include "simulation/network.hpp"

#include "base/ensure.hpp"
#include "flexfactor/callback.hpp"

namespace recycled::simulation {
namespace {

bool is_total(Outage::Kind kind) {
  return kind == Outage::Kind::unreachable || kind == Outage::Kind::error_503;
}

std::string nonce_of(const http::Headers& headers) {
  return http::find_header(headers, "x-fc-nonce").value_or("");
}

}  // namespace

std::string_view to_text(Outage::Kind kind) {
  switch (kind) {
    case Outage::Kind::unreachable:
      return "unreachable";
    case Outage::Kind::error_503:
      return "error_503";
    case Outage::Kind::lost_unread:
      return "lost_unread";
    case Outage::Kind::lost_read:
      return "lost_read";
  }
  return "";
}

std::optional<Outage::Kind> Network::outage(const GatewayId& gateway) const {
  const Instant now = parts_.time.now();
  for (const Outage& outage : outages_) {
    if (outage.only && *outage.only != gateway) continue;
    if (now >= outage.from && now < outage.until) return outage.kind;
  }
  return std::nullopt;
}

http::Exchange Network::fail(Outage::Kind kind, const http::Request& request) {
  using http::Reached;
  using http::TransportFailure;
  ++struck_[kind];
  switch (kind) {
    case Outage::Kind::unreachable:
      return tl::unexpected(TransportFailure{Reached::certainly_not, "no route"});
    case Outage::Kind::error_503:
      return http::Response{503, {}, "", http::Delivery::answer};
    case Outage::Kind::lost_read:
      parts_.provider.handle(request, parts_.time.now());
      return tl::unexpected(TransportFailure{Reached::perhaps, "reset"});
    case Outage::Kind::lost_unread:
      return tl::unexpected(TransportFailure{Reached::perhaps, "reset"});
  }
  return tl::unexpected(TransportFailure{});
}

async::Task<http::Exchange> Network::exchange(http::Request request, GatewayId gateway,
                                              CallbackDoor& door) {
  VirtualTime& time = parts_.time;
  calls_.push_back({time.now(), gateway, request.target, flexfactor::order_in(request.body)});
  const bool is_hand_over = !calls_.back().order.empty();
  if (const auto struck = outage(gateway); struck && (is_hand_over || is_total(*struck))) {
    co_await time.sleep_until(time.now() + Millis(5));
    co_return fail(*struck, request);
  }
  co_await time.sleep_until(time.now() + Millis(1 + parts_.dice.roll(40)));
  http::Response response = parts_.provider.handle(request, time.now());
  for (const auto& callback : parts_.provider.take_early()) {
    co_await deliver(door, callback);
  }
  if (response.delivery == http::Delivery::stall) {
    co_await time.sleep_until(time.now() + std::chrono::seconds(30));
  }
  if (response.delivery != http::Delivery::answer) {
    co_return tl::unexpected(http::TransportFailure{http::Reached::perhaps, "no answer"});
  }
  co_await time.sleep_until(time.now() + Millis(1 + parts_.dice.roll(40)));
  co_return response;
}

async::Task<void> Network::deliver(CallbackDoor& door, flexfactor::OutgoingCallback callback) {
  http::Request request;
  request.method = "POST";
  request.target = "/flexfactor/callbacks";
  request.headers = callback.headers;
  request.headers.emplace_back("Host", "127.0.0.1:8443");
  request.body = callback.body;
  int status = 0;
  try {
    auto response = co_await door.answer(std::move(request));
    status = response.status;
  } catch (const Crash&) {
    if (parts_.unanswered == Unanswered::repeated) died_over_.push_back(callback);
    throw;
  }
  if (status == 409) repeated_.push_back({nonce_of(callback.headers), callback.order});
  const bool is_off = parts_.clock.is_off();
  if (status == 401 && is_off) ++refused_for_date_;
  const bool is_taken = status == 200 || status == 409 || (status == 401 && is_off);
  ensure(is_taken, "a genuine callback is taken");
}

async::Task<void> Network::deliver_waiting(CallbackDoor& door) {
  std::vector<flexfactor::OutgoingCallback> waiting = std::exchange(died_over_, {});
  repeats_ += static_cast<std::int64_t>(waiting.size());
  for (const std::string& body : std::exchange(reports_, {})) {
    flexfactor::OutgoingCallback callback;
    const std::string nonce = "report-" + std::to_string(++reported_);
    callback.headers = flexfactor::sign(crypto::Secret(signing_key), nonce, parts_.time.now(),
                                        callback_host, body);
    callback.body = body;
    if (const auto read = flexfactor::parse_callback(body)) callback.order = read->order;
    waiting.push_back(std::move(callback));
  }
  for (auto& callback : waiting) {
    co_await deliver(door, std::move(callback));
  }
}

Accounts::Account::Account(const GatewayId& id, Network& network, const ports::Clock& clock,
                           ports::Events& events)
    : wire(network, id),
      client(wire, clock, events,
             {id, "mid", "site", crypto::Secret("key"), crypto::Secret("secret"), ""}) {}

async::Task<http::Exchange> Accounts::Wire::exchange(http::Request request) {
  return network_.exchange(std::move(request), gateway_, *door);
}

Accounts::Accounts(const billing::Rules& rules, Network& network, const ports::Clock& clock,
                   ports::Events& events, const Wrap& wrap) {
  for (const auto& [id, gateway] : rules.gateways) {
    if (!gateway.flexfactor) continue;
    Account& made = accounts_.try_emplace(id, id, network, clock, events).first->second;
    if (wrap) made.wrapped = wrap(made.client);
  }
}

ports::Provider* Accounts::find(const GatewayId& gateway) {
  const auto found = accounts_.find(gateway);
  if (found == accounts_.end()) return nullptr;
  Account& account = found->second;
  return account.wrapped ? account.wrapped.get() : &account.client;
}

void Accounts::deliver_to(CallbackDoor& door) {
  for (auto& [id, account] : accounts_) account.wire.door = &door;
}

std::vector<GatewayId> Accounts::ids() const {
  std::vector<GatewayId> ids;
  for (const auto& [id, account] : accounts_) ids.push_back(id);
  return ids;
}

}  // namespace recycled::simulation
