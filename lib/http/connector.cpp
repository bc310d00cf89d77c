#include "http/connector.hpp"

#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ensure.hpp"
#include "http/lookup.hpp"

namespace recycled::http {
namespace {

async::Task<ErrorCode> connect_to(Wire& wire, tcp::endpoint endpoint) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await wire.socket().async_connect(endpoint, token);
  co_return error;
}

}  // namespace

Connector::Connector(asio::any_io_executor executor, BaseUrl base,
                     std::optional<asio::ssl::context> tls)
    : executor_(std::move(executor)), base_(std::move(base)), tls_(std::move(tls)) {
  ensure(tls_.has_value() == (base_.scheme == Scheme::https), "TLS is set up for https alone");
}

async::Task<Connected> Connector::connect(Deadline deadline) {
  const Addresses addresses = co_await look_up(executor_, base_.host, base_.port, deadline);
  if (!addresses) co_return tl::unexpected(addresses.error());
  std::string why = "connect to " + base_.authority + ": no address";
  for (const auto& address : *addresses) {
    auto wire = std::make_unique<Wire>(tcp::socket(executor_));
    wire->expires_at(deadline);
    ErrorCode error = co_await connect_to(*wire, address.endpoint());
    if (error) {
      why = "connect to " + base_.authority + ": " + wire->reason(error);
      continue;
    }
    // A request is one small write and an answer waited for: Nagle's delay has no use here.
    wire->socket().set_option(tcp::no_delay(true), error);
    if (!tls_) co_return wire;
    error = co_await wire->connect_tls(*tls_, base_.host);
    if (!error) co_return wire;
    why = "TLS with " + base_.authority + ": " + wire->reason(error);
  }
  co_return tl::unexpected(why);
}

}  // namespace recycled::http
