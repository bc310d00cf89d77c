#include "http/connector.hpp"

#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ensure.hpp"

namespace recycled::http {
namespace {

// A name lookup that somebody may stop waiting for: getaddrinfo itself cannot be interrupted, so it
// ends alone and finds what it shares with its handler still there.
struct Lookup {
  Lookup(const asio::any_io_executor& executor, Deadline deadline)
      : resolver(executor), over(executor, deadline) {}

  tcp::resolver resolver;
  asio::steady_timer over;  // at the deadline, or cancelled by the result
  ErrorCode error = asio::error::timed_out;
  tcp::resolver::results_type addresses;
};

std::shared_ptr<Lookup> begin_lookup(const asio::any_io_executor& executor, const BaseUrl& base,
                                     Deadline deadline) {
  auto lookup = std::make_shared<Lookup>(executor, deadline);
  lookup->resolver.async_resolve(
      base.host, base.port,
      [lookup](const ErrorCode& error, tcp::resolver::results_type addresses) {
        lookup->error = error;
        lookup->addresses = std::move(addresses);
        lookup->over.cancel();
      });
  return lookup;
}

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

async::Task<Connector::Addresses> Connector::look_up(Deadline deadline) {
  const auto lookup = begin_lookup(executor_, base_, deadline);
  ErrorCode cancelled;
  auto token = asio::redirect_error(asio::use_awaitable, cancelled);
  co_await lookup->over.async_wait(token);
  if (!lookup->error) co_return lookup->addresses;
  co_return tl::unexpected("look up " + base_.host + ": " + lookup->error.message());
}

async::Task<Connected> Connector::connect(Deadline deadline) {
  const Addresses addresses = co_await look_up(deadline);
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
