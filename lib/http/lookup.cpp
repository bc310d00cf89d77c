#include "http/lookup.hpp"

#include <memory>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

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

std::shared_ptr<Lookup> begin_lookup(const asio::any_io_executor& executor, const std::string& host,
                                     const std::string& port, Deadline deadline) {
  auto lookup = std::make_shared<Lookup>(executor, deadline);
  lookup->resolver.async_resolve(
      host, port, [lookup](const ErrorCode& error, tcp::resolver::results_type addresses) {
        lookup->error = error;
        lookup->addresses = std::move(addresses);
        lookup->over.cancel();
      });
  return lookup;
}

}  // namespace

async::Task<Addresses> look_up(asio::any_io_executor executor, std::string host, std::string port,
                               Deadline deadline) {
  const auto lookup = begin_lookup(executor, host, port, deadline);
  ErrorCode cancelled;
  auto token = asio::redirect_error(asio::use_awaitable, cancelled);
  co_await lookup->over.async_wait(token);
  if (!lookup->error) co_return lookup->addresses;
  co_return tl::unexpected("look up " + host + ": " + lookup->error.message());
}

async::Task<Result<std::vector<std::string>>> addresses_of(asio::any_io_executor executor,
                                                           std::string host, Millis timeout) {
  const Deadline deadline = deadline_in(executor, timeout);
  std::string any_port = "0";
  auto found = co_await look_up(executor, std::move(host), std::move(any_port), deadline);
  if (!found) co_return fail(Fault::unavailable, found.error());
  std::vector<std::string> texts;
  for (const auto& entry : *found) texts.push_back(entry.endpoint().address().to_string());
  co_return texts;
}

}  // namespace recycled::http
