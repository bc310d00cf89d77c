// One connection's bytes, plain or under TLS, with one deadline for whatever goes on. Of this
// room's own: nothing outside it sees a socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "async/task.hpp"
#include "base/time.hpp"

namespace recycled::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using StreamSocket = asio::generic::stream_protocol::socket;  // TCP, or a socket file
using ErrorCode = boost::system::error_code;
using Deadline = asio::steady_timer::time_point;

// The instant `span` from now. The timer reads the clock, so that this room needs none.
Deadline deadline_in(const asio::any_io_executor& executor, Millis span);

// A socket whose operations fail once its deadline is past, those begun later included. Unlike
// Beast's tcp_stream it does not close then: a server still has a 408 to say.
class TimedSocket {
 public:
  using executor_type = StreamSocket::executor_type;
  using lowest_layer_type = StreamSocket::lowest_layer_type;

  explicit TimedSocket(StreamSocket socket);

  executor_type get_executor() { return state_->socket.get_executor(); }
  lowest_layer_type& lowest_layer() { return state_->socket.lowest_layer(); }
  StreamSocket& socket() { return state_->socket; }

  // Replaces the deadline before it, also one that is past.
  void expires_at(Deadline deadline);
  void expires_never();
  bool expired() const { return state_->expired; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (expired()) return fail_late(std::move(handler));
          state_->socket.async_read_some(into, std::move(handler));
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          if (expired()) return fail_late(std::move(handler));
          state_->socket.async_write_some(from, std::move(handler));
        },
        token, buffers);
  }

 private:
  // Shared with the timer's handler, which may run after the socket's owner is gone.
  struct State {
    explicit State(StreamSocket from) : socket(std::move(from)), timer(socket.get_executor()) {}

    StreamSocket socket;
    asio::steady_timer timer;
    std::uint64_t deadlines_set = 0;  // tells the timer's handler whether it is still meant
    bool expired = false;
  };

  template <class Handler>
  void fail_late(Handler handler) {
    const ErrorCode late = asio::error::timed_out;
    asio::post(get_executor(), asio::append(std::move(handler), late, std::size_t{0}));
  }

  std::shared_ptr<State> state_;
};

// A TimedSocket and, from the handshake on, TLS over it.
class Wire {
 public:
  using executor_type = TimedSocket::executor_type;

  explicit Wire(StreamSocket socket) : timed_(std::move(socket)) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  executor_type get_executor() { return timed_.get_executor(); }
  StreamSocket& socket() { return timed_.socket(); }

  void expires_at(Deadline deadline) { timed_.expires_at(deadline); }
  void expires_after(Millis span) { timed_.expires_at(deadline_in(get_executor(), span)); }
  void expires_never() { timed_.expires_never(); }
  bool expired() const { return timed_.expired(); }
  // What to tell a person about an operation that failed.
  std::string reason(const ErrorCode& error) const;

  async::Task<ErrorCode> accept_tls(asio::ssl::context& context);
  // Verifies the peer's certificate for `host`, a name or an address.
  async::Task<ErrorCode> connect_tls(asio::ssl::context& context, std::string host);

  // Open, and with nothing arrived: the peer has neither closed nor spoken out of turn.
  bool is_quiet();
  // Says all is said (close_notify, FIN) and waits until the peer has closed too, under the
  // deadline set: closing over unread bytes would reset the connection and could take the reply
  // with it.
  async::Task<void> close_in_order();
  // At once, with a reset instead of a FIN.
  void reset();
  // At once. Whatever goes on fails.
  void close();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (tls_) return tls_->async_read_some(into, std::move(handler));
          timed_.async_read_some(into, std::move(handler));
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          if (tls_) return tls_->async_write_some(from, std::move(handler));
          timed_.async_write_some(from, std::move(handler));
        },
        token, buffers);
  }

 private:
  TimedSocket timed_;
  std::optional<asio::ssl::stream<TimedSocket&>> tls_;
};

}  // namespace recycled::http
