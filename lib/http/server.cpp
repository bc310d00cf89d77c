#include "http/server.hpp"

#include <algorithm>
#include <charconv>
#include <list>
#include <string_view>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/spawn.hpp"
#include "async/task_group.hpp"
#include "base/ensure.hpp"
#include "http/session.hpp"
#include "http/tls.hpp"

namespace recycled::http {
namespace {

// How often a full server looks for a place.
constexpr Millis between_looks{100};

Result<tcp::endpoint> parse_listen(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  const Failure refusal =
      fail(Fault::invalid, "listen address '" + listen + "' is not address:port or [address]:port");
  if (colon == std::string::npos) return refusal;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  ErrorCode error;
  const auto address = asio::ip::make_address(host, error);
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [stop, fault] = std::from_chars(listen.data() + colon + 1, end, port);
  if (error || fault != std::errc() || stop != end) return refusal;
  return tcp::endpoint(address, port);
}

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(endpoint.port());
}

ErrorCode listen_with(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  // A restarted service takes its port back while old connections still time out.
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

}  // namespace

Result<void> check_listen(const std::string& listen) {
  const auto endpoint = parse_listen(listen);
  if (!endpoint) return tl::unexpected(endpoint.error());
  return {};
}

Result<void> try_listen(const std::string& listen) {
  const auto endpoint = parse_listen(listen);
  if (!endpoint) return tl::unexpected(endpoint.error());
  asio::io_context io;
  tcp::acceptor acceptor(io);
  const ErrorCode error = listen_with(acceptor, *endpoint);
  if (!error) return {};
  const Fault fault = error == asio::error::address_in_use ? Fault::busy : Fault::invalid;
  return fail(fault, "listen on " + listen + ": " + error.message());
}

class Server::Impl {
 public:
  Impl(asio::any_io_executor executor, ServerSettings settings, Handler handler)
      : settings_(std::move(settings)),
        handler_(std::move(handler)),
        acceptor_(executor),
        patience_(executor),
        place_(executor),
        connections_(executor, settings_.connections),
        accepting_(executor, 1),
        draining_(executor, 1) {}

  Result<void> start();
  std::string address() const { return to_text(acceptor_.local_endpoint()); }
  Result<void> renew_certificate();
  async::Task<void> stop(Millis drain);

 private:
  using Sessions = std::list<std::shared_ptr<Session>>;

  Result<void> listen(const tcp::endpoint& endpoint);
  async::Task<void> accept_all();
  async::Task<void> pause();
  async::Task<void> serve(std::shared_ptr<Session> session);
  async::Task<void> make_room();
  void free_a_place();
  async::Task<void> cut_after(Millis drain);

  ServerSettings settings_;
  Handler handler_;
  std::shared_ptr<asio::ssl::context> tls_;  // of the next connection; none: plain HTTP
  tcp::acceptor acceptor_;
  asio::steady_timer patience_;  // between two tries to accept, and of stop with what is under way
  asio::steady_timer place_;     // of a full server, between two looks for a place
  Sessions sessions_;            // the oldest first
  async::TaskGroup connections_;
  async::TaskGroup accepting_;
  async::TaskGroup draining_;
  bool stopping_ = false;
};

Result<void> Server::Impl::start() {
  const auto endpoint = parse_listen(settings_.listen);
  if (!endpoint) return tl::unexpected(endpoint.error());
  auto identified = renew_certificate();
  if (!identified) return identified;
  auto listening = listen(*endpoint);
  if (!listening) return listening;
  accepting_.start(accept_all());
  return {};
}

Result<void> Server::Impl::renew_certificate() {
  if (!settings_.tls) return {};
  auto tls = server_tls(*settings_.tls);
  if (!tls) return tl::unexpected(tls.error());
  tls_ = std::make_shared<asio::ssl::context>(std::move(*tls));
  return {};
}

Result<void> Server::Impl::listen(const tcp::endpoint& endpoint) {
  const ErrorCode error = listen_with(acceptor_, endpoint);
  if (error) return fail(Fault::busy, "listen on " + settings_.listen + ": " + error.message());
  return {};
}

async::Task<void> Server::Impl::accept_all() {
  while (!stopping_) {
    ErrorCode error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    tcp::socket socket = co_await acceptor_.async_accept(token);
    if (stopping_) co_return;
    if (error) {
      co_await pause();
      continue;
    }
    co_await make_room();
    auto session = std::make_shared<Session>(std::move(socket), settings_, handler_, tls_);
    auto served = serve(std::move(session));
    co_await connections_.spawn(std::move(served));
  }
}

// Out of descriptors, say: trying again at once would spin, giving up would end the service.
async::Task<void> Server::Impl::pause() {
  ErrorCode cut_short;
  auto token = asio::redirect_error(asio::use_awaitable, cut_short);
  patience_.expires_after(Millis(100));
  co_await patience_.async_wait(token);
}

// Until there is a place for one more, or the server stops.
async::Task<void> Server::Impl::make_room() {
  while (!stopping_ && connections_.running() >= settings_.connections) {
    free_a_place();
    ErrorCode cut_short;
    auto token = asio::redirect_error(asio::use_awaitable, cut_short);
    place_.expires_after(between_looks);  // by then another may be slow
    co_await place_.async_wait(token);
  }
}

// Keeping a connection alive is a convenience to its peer; one with something to say comes first.
// So does one that says it over those that take their time: they cannot hold the service.
void Server::Impl::free_a_place() {
  auto one = std::ranges::find_if(sessions_, [](const auto& each) { return each->spare(); });
  if (one == sessions_.end()) {
    const int patience = static_cast<int>(settings_.give_way / between_looks);
    one = std::ranges::find_if(sessions_,
                               [patience](const auto& each) { return each->is_slow(patience); });
  }
  if (one != sessions_.end()) return (*one)->cut();
  for (const auto& session : sessions_) session->make_last();
}

async::Task<void> Server::Impl::serve(std::shared_ptr<Session> session) {
  const auto place = sessions_.insert(sessions_.end(), session);
  if (stopping_) session->finish();
  try {
    co_await session->run();
  } catch (const Bug&) {
    async::throw_from_run(acceptor_.get_executor(), std::current_exception());
  } catch (const std::exception&) {
    // Out of memory, say. It costs this connection and no other.
  }
  session->cut();
  sessions_.erase(place);
  place_.cancel();
}

async::Task<void> Server::Impl::stop(Millis drain) {
  stopping_ = true;
  ErrorCode ignored;
  acceptor_.close(ignored);
  patience_.cancel();
  place_.cancel();
  for (const auto& session : sessions_) session->finish();
  // From here on, for the accept loop too may wait for a place that only a cut gives free.
  draining_.start(cut_after(drain));
  co_await accepting_.join();
  co_await connections_.join();
  patience_.cancel();
  co_await draining_.join();
}

async::Task<void> Server::Impl::cut_after(Millis drain) {
  ErrorCode cancelled;
  auto token = asio::redirect_error(asio::use_awaitable, cancelled);
  patience_.expires_after(drain);
  co_await patience_.async_wait(token);
  if (cancelled) co_return;
  for (const auto& session : sessions_) session->cut();
}

Server::Server(asio::any_io_executor executor, ServerSettings settings, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(settings), std::move(handler))) {}

Server::~Server() = default;

Result<void> Server::start() { return impl_->start(); }

Result<void> Server::renew_certificate() { return impl_->renew_certificate(); }

std::string Server::address() const { return impl_->address(); }

async::Task<void> Server::stop(Millis drain) { return impl_->stop(drain); }

}  // namespace recycled::http
