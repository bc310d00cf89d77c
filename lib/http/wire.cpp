#include "http/wire.hpp"

#include <array>

#include <openssl/ssl.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace recycled::http {
namespace {

bool is_address(const std::string& host) {
  ErrorCode not_one;
  asio::ip::make_address(host, not_one);
  return !not_one;
}

async::Task<ErrorCode> shake_hands(asio::ssl::stream<TimedSocket&>& tls,
                                   asio::ssl::stream_base::handshake_type side) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await tls.async_handshake(side, token);
  co_return error;
}

}  // namespace

Deadline deadline_in(const asio::any_io_executor& executor, Millis span) {
  return asio::steady_timer(executor, span).expiry();
}

TimedSocket::TimedSocket(StreamSocket socket)
    : state_(std::make_shared<State>(std::move(socket))) {}

void TimedSocket::expires_at(Deadline deadline) {
  state_->expired = false;
  const std::uint64_t number = ++state_->deadlines_set;
  state_->timer.expires_at(deadline);
  state_->timer.async_wait([weak = std::weak_ptr(state_), number](const ErrorCode&) {
    const auto state = weak.lock();
    if (!state || state->deadlines_set != number) return;
    state->expired = true;
    ErrorCode ignored;
    state->socket.cancel(ignored);
  });
}

void TimedSocket::expires_never() {
  state_->expired = false;
  ++state_->deadlines_set;
  state_->timer.cancel();
}

std::string Wire::reason(const ErrorCode& error) const {
  return expired() ? "timed out" : error.message();
}

async::Task<ErrorCode> Wire::accept_tls(asio::ssl::context& context) {
  tls_.emplace(timed_, context);
  const ErrorCode error = co_await shake_hands(*tls_, asio::ssl::stream_base::server);
  co_return error;
}

async::Task<ErrorCode> Wire::connect_tls(asio::ssl::context& context, std::string host) {
  tls_.emplace(timed_, context);
  tls_->set_verify_mode(asio::ssl::verify_peer);
  tls_->set_verify_callback(asio::ssl::host_name_verification(host));
  // Server name indication is for names only (RFC 6066 section 3).
  if (!is_address(host)) SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
  const ErrorCode error = co_await shake_hands(*tls_, asio::ssl::stream_base::client);
  co_return error;
}

bool Wire::is_quiet() {
  if (expired() || !socket().is_open()) return false;
  ErrorCode error;
  socket().non_blocking(true, error);
  if (error) return false;
  std::array<char, 1> byte{};
  socket().receive(asio::buffer(byte), StreamSocket::message_peek, error);
  return error == asio::error::would_block;
}

async::Task<void> Wire::close_in_order() {
  ErrorCode ignored;
  if (tls_) {
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await tls_->async_shutdown(token);
  }
  ErrorCode error;
  socket().shutdown(StreamSocket::shutdown_send, error);
  std::array<char, 4096> discarded{};
  auto token = asio::redirect_error(asio::use_awaitable, error);
  auto space = asio::buffer(discarded);
  while (!error) {
    co_await timed_.async_read_some(space, token);
  }
  close();
}

void Wire::reset() {
  ErrorCode ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  socket().close(ignored);
}

void Wire::close() {
  ErrorCode ignored;
  socket().close(ignored);
}

}  // namespace recycled::http
