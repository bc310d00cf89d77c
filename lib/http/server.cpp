#include "http/server.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/spawn.hpp"
#include "async/task_group.hpp"
#include "base/ensure.hpp"
#include "http/listening.hpp"
#include "http/session.hpp"
#include "http/tls.hpp"

namespace recycled::http {
namespace {

// How often a full server looks for a place.
constexpr Millis between_looks{100};

}  // namespace

Result<void> check_listen(const std::string& listen) {
  const auto place = parse_place(listen);
  if (!place) return tl::unexpected(place.error());
  return {};
}

Result<void> try_listen(const std::string& listen) {
  const auto place = parse_place(listen);
  if (!place) return tl::unexpected(place.error());
  asio::io_context io;
  Acceptor acceptor(io);
  const ErrorCode error = listen_at(acceptor, *place);
  if (!error) {
    close_listening(acceptor, *place);
    return {};
  }
  const Fault fault = error == asio::error::address_in_use                      ? Fault::busy
                      : error == boost::system::errc::no_such_file_or_directory ? Fault::not_found
                                                                                : Fault::invalid;
  return fail(fault, "listen on " + listen + ": " + error.message());
}

class Server::Impl {
 public:
  Impl(asio::any_io_executor executor, ServerSettings settings, Handler handler)
      : settings_(std::move(settings)),
        handler_(std::move(handler)),
        acceptor_(executor),
        patience_(executor),
        vacancy_(executor),
        connections_(executor, settings_.connections),
        accepting_(executor, 1),
        draining_(executor, 1) {}

  Result<void> start();
  std::string address() const { return address_of(acceptor_, place_); }
  Result<void> renew_certificate();
  async::Task<void> stop(Millis drain);

 private:
  using Sessions = std::list<std::shared_ptr<Session>>;

  Result<void> listen();
  async::Task<void> accept_all();
  async::Task<void> pause();
  async::Task<void> serve(std::shared_ptr<Session> session);
  async::Task<void> make_room();
  void free_a_place();
  async::Task<void> cut_after(Millis drain);

  ServerSettings settings_;
  Handler handler_;
  std::shared_ptr<asio::ssl::context> tls_;  // of the next connection; none: plain HTTP
  Place place_;                              // once started
  Acceptor acceptor_;
  asio::steady_timer patience_;  // between two tries to accept, and of stop with what is under way
  asio::steady_timer vacancy_;   // of a full server, between two looks for a place
  Sessions sessions_;            // the oldest first
  async::TaskGroup connections_;
  async::TaskGroup accepting_;
  async::TaskGroup draining_;
  bool stopping_ = false;
};

Result<void> Server::Impl::start() {
  auto place = parse_place(settings_.listen);
  if (!place) return tl::unexpected(place.error());
  place_ = std::move(*place);
  auto identified = renew_certificate();
  if (!identified) return identified;
  auto listening = listen();
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

Result<void> Server::Impl::listen() {
  const ErrorCode error = listen_at(acceptor_, place_);
  if (error) return fail(Fault::busy, "listen on " + settings_.listen + ": " + error.message());
  return {};
}

async::Task<void> Server::Impl::accept_all() {
  while (!stopping_) {
    ErrorCode error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    StreamSocket socket = co_await acceptor_.async_accept(token);
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
    vacancy_.expires_after(between_looks);  // by then another may be slow
    co_await vacancy_.async_wait(token);
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
  vacancy_.cancel();
}

async::Task<void> Server::Impl::stop(Millis drain) {
  stopping_ = true;
  close_listening(acceptor_, place_);
  patience_.cancel();
  vacancy_.cancel();
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
