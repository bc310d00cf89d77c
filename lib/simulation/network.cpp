#include "simulation/network.hpp"

#include "base/ensure.hpp"
#include "flexfactor/callback.hpp"

namespace recycled::simulation {
namespace {

// Half of what the door allows: who waits for the ledger is not to become too old behind it.
constexpr Millis longest_on_its_way = std::chrono::seconds(150);

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
  calls_.push_back({time.now(), gateway, request.target, {}});
  const bool is_hand_over = request.target.ends_with("evaluate");
  if (is_hand_over) {
    calls_.back().order = flexfactor::order_in(request.body);
    ++handed_over_[calls_.back().order];
  }
  if (const auto struck = outage(gateway); struck && (is_hand_over || is_total(*struck))) {
    co_await time.sleep_until(time.now() + Millis(5));
    co_return fail(*struck, request);
  }
  co_await time.sleep_until(time.now() + Millis(1 + parts_.dice.roll(40)));
  http::Response response = parts_.provider.handle(request, time.now());
  for (const auto& callback : parts_.provider.take_early()) {
    co_await deliver(door, callback, callback.happened_at);  // it may be of a reply that was lost
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

int Network::handed_over(const OrderId& order) const {
  const auto found = handed_over_.find(order);
  return found == handed_over_.end() ? 0 : found->second;
}

void Network::sign(flexfactor::OutgoingCallback& callback) {
  const std::string nonce = "signed-" + std::to_string(++signed_);
  callback.headers = flexfactor::sign(crypto::Secret(signing_key), nonce, parts_.time.now(),
                                      callback_host, callback.body);
}

async::Task<void> Network::deliver(CallbackDoor& door, flexfactor::OutgoingCallback callback,
                                   Instant signed_at) {
  if (parts_.time.now() - signed_at > longest_on_its_way) {
    signed_at = parts_.time.now();
    sign(callback);
  }
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
    const bool is_repeated = parts_.unanswered == Unanswered::repeated;
    if (is_repeated) waiting_.push_back({callback, signed_at});
    if (is_repeated) ++repeats_;
    throw;
  }
  if (status == 409) repeated_.push_back({nonce_of(callback.headers), callback.order});
  const bool is_off = parts_.clock.is_off();
  if (status == 401 && is_off) ++refused_for_date_;
  if (status == 503) {
    ++unstored_;
    waiting_.push_back({callback, signed_at});
  }
  const bool is_taken =
      status == 200 || status == 409 || status == 503 || (status == 401 && is_off);
  ensure(is_taken, "a genuine callback is taken");
}

async::Task<void> Network::deliver_waiting(CallbackDoor& door) {
  // Some come to wait anew meanwhile, and the process may die over any.
  for (auto left = waiting_.size(); left > 0; --left) {
    Waiting waiting = std::move(waiting_.front());
    waiting_.pop_front();
    co_await deliver(door, std::move(waiting.callback), waiting.signed_at);
  }
  while (!reports_.empty()) {
    flexfactor::OutgoingCallback callback;
    callback.body = std::move(reports_.front());
    reports_.pop_front();
    if (const auto read = flexfactor::parse_callback(callback.body)) callback.order = read->order;
    sign(callback);
    co_await deliver(door, std::move(callback), parts_.time.now());
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
  ids.reserve(accounts_.size());
  for (const auto& [id, account] : accounts_) ids.push_back(id);
  return ids;
}

}  // namespace recycled::simulation
