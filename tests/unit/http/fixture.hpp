// What the tests of this room share: a server under test, a client driven to its answer, and raw
// peers on both sides for what no well-behaved one would do.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "async/spawn.hpp"
#include "async/task_group.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace recycled::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

inline async::Task<void> keep_answer(Client& client, Request request,
                                     std::shared_ptr<Exchange> answer) {
  *answer = co_await client.exchange(std::move(request));
}

inline Exchange exchange(asio::io_context& context, Client& client, Request request = {}) {
  const auto answer = std::make_shared<Exchange>();
  async::run_to_end(context, keep_answer(client, std::move(request), answer));
  return *answer;
}

inline std::unique_ptr<Client> make_client(asio::io_context& context, ClientSettings settings) {
  auto client = Client::make(context.get_executor(), std::move(settings));
  REQUIRE_MESSAGE(client.has_value(), (client ? "" : client.error().message));
  return std::move(*client);
}

inline std::unique_ptr<Client> make_client(asio::io_context& context, const std::string& address) {
  ClientSettings settings;
  settings.base_url = "http://" + address + "/";
  return make_client(context, std::move(settings));
}

// Sends `bytes` and reads until the peer closes. What it fills in is shared, since a Bug of the
// server's may leave the context's run before this has ended.
inline async::Task<void> keep_raw_reply(tcp::endpoint peer, std::string bytes,
                                        std::shared_ptr<std::string> reply) {
  auto token = asio::use_awaitable;
  const auto executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  co_await socket.async_connect(peer, token);
  auto sent = asio::buffer(bytes);
  co_await asio::async_write(socket, sent, token);
  error_code end;
  auto quiet = asio::redirect_error(asio::use_awaitable, end);
  auto into = asio::dynamic_buffer(*reply);
  co_await asio::async_read(socket, into, quiet);
}

inline tcp::endpoint endpoint_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  return {asio::ip::make_address(address.substr(0, colon)),
          static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))};
}

// A server under test, on its own context, stopped at the end.
struct Served {
  explicit Served(Handler handler, ServerSettings settings = {})
      : server(context.get_executor(), std::move(settings), std::move(handler)) {
    const auto started = server.start();
    REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
  }
  ~Served() { async::run_to_end(context, server.stop(Millis(0))); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  std::string raw(std::string bytes) {
    const auto reply = std::make_shared<std::string>();
    const tcp::endpoint peer = endpoint_of(server.address());
    async::run_to_end(context, keep_raw_reply(peer, std::move(bytes), reply));
    return *reply;
  }
  std::unique_ptr<Client> client() { return make_client(context, server.address()); }

  asio::io_context context;
  Server server;
};

// A peer that answers each request header of a connection with the next of its replies, whatever
// they are, and closes the connection after the last.
class ScriptedPeer {
 public:
  ScriptedPeer(asio::io_context& context, std::vector<std::string> replies)
      : context_(context),
        replies_(std::move(replies)),
        acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        tasks_(context.get_executor(), 100) {
    tasks_.start(accept_all());
  }
  ~ScriptedPeer() {
    acceptor_.close();
    async::run_to_end(context_, tasks_.join());
  }
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  int accepted() const { return accepted_; }
  const std::vector<std::string>& requests() const { return requests_; }
  void run_until_closed(int connections) {
    while (closed_ < connections) context_.run_one();
  }

 private:
  async::Task<void> accept_all() {
    for (;;) {
      error_code error;
      auto token = asio::redirect_error(asio::use_awaitable, error);
      tcp::socket socket = co_await acceptor_.async_accept(token);
      if (error) co_return;
      ++accepted_;
      tasks_.start(play(std::move(socket)));
    }
  }

  async::Task<void> play(tcp::socket socket) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    std::string heard;
    for (const std::string& reply : replies_) {
      auto into = asio::dynamic_buffer(heard);
      const std::size_t size = co_await asio::async_read_until(socket, into, "\r\n\r\n", token);
      if (error) break;
      requests_.push_back(heard.substr(0, size));
      heard.erase(0, size);
      auto bytes = asio::buffer(reply);
      co_await asio::async_write(socket, bytes, token);
    }
    socket.close(error);
    ++closed_;
  }

  asio::io_context& context_;
  std::vector<std::string> replies_;
  tcp::acceptor acceptor_;
  int accepted_ = 0;
  int closed_ = 0;
  std::vector<std::string> requests_;
  async::TaskGroup tasks_;
};

inline Request post(std::string target, std::string body) {
  return {"POST", std::move(target), {}, std::move(body)};
}

inline Response plain(int status, std::string body) {
  return {status, {}, std::move(body), Delivery::answer};
}

}  // namespace recycled::http
