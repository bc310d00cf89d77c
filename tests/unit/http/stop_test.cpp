// Ending and sharing out connections: graceful stop, drain, and what happens when places run out.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace recycled;
using namespace recycled::http;

namespace {

constexpr Millis an_hour{3'600'000};

// Holds a handler until the test opens it.
struct Gate {
  void open() { wait->cancel(); }

  bool entered = false;
  asio::steady_timer* wait = nullptr;  // the handler's own, while it waits
};

async::Task<Response> hold(Gate& gate, Request) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer wait(executor, asio::steady_timer::time_point::max());
  gate.wait = &wait;
  gate.entered = true;
  error_code opened;
  auto token = asio::redirect_error(asio::use_awaitable, opened);
  co_await wait.async_wait(token);
  co_return plain(200, "done");
}

async::Task<Response> answer_or_hold(Gate& gate, Request request) {
  if (request.target != "/hold") co_return plain(200, "at once");
  Response held = co_await hold(gate, std::move(request));
  co_return held;
}

async::Task<Response> enter_and_stall(Gate& gate, Request) {
  gate.entered = true;
  Response response;
  response.delivery = Delivery::stall;
  co_return response;
}

using Held = async::Task<Response> (*)(Gate&, Request);

Handler with(Gate& gate, Held handler) {
  return [&gate, handler](Request request) { return handler(gate, std::move(request)); };
}

async::Task<void> join(async::TaskGroup& tasks) { co_await tasks.join(); }

// A server with one request in its handler, and room for the test's other tasks.
struct Busy {
  explicit Busy(Held handler, ServerSettings settings = {})
      : served(with(gate, handler), settings),
        tasks(served.context.get_executor(), 10),
        client(served.client()) {
    tasks.start(keep_answer(*client, {"GET", "hold", {}, ""}, answer));
    while (!gate.entered) served.context.run_one();
  }

  Gate gate;
  Served served;
  async::TaskGroup tasks;
  std::unique_ptr<Client> client;
  std::shared_ptr<Exchange> answer = std::make_shared<Exchange>();
};

// A connection made at once and asked on later, without a client's name lookup in between.
struct RawPeer {
  explicit RawPeer(Served& served) : socket(served.context) {
    socket.connect(endpoint_of(served.server.address()));
  }
  void ask() {
    const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    asio::write(socket, asio::buffer(request));
    read_to_the_end();
  }
  void read_to_the_end() {
    socket.shutdown(tcp::socket::shutdown_send);
    auto into = asio::dynamic_buffer(reply);
    asio::async_read(socket, into, [this](error_code, std::size_t) { ended = true; });
  }
  bool answered() const { return reply.starts_with("HTTP/1.1 200 OK\r\n"); }

  tcp::socket socket;
  std::string reply;
  bool ended = false;
};

void run_all_that_is_ready(asio::io_context& context) {
  while (context.poll() > 0) {
  }
}

}  // namespace

TEST_CASE("a stopping server finishes the request under way and takes no other") {
  Busy busy(hold);
  const auto late = busy.served.client();
  busy.tasks.start(busy.served.server.stop(an_hour));
  busy.served.context.poll();
  const Exchange refused = exchange(busy.served.context, *late);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reached == Reached::certainly_not);

  CHECK(busy.tasks.running() == 2);
  busy.gate.open();
  async::run_to_end(busy.served.context, join(busy.tasks));
  REQUIRE(busy.answer->has_value());
  CHECK((*busy.answer)->body == "done");
  CHECK(find_header((*busy.answer)->headers, "connection") == "close");
}

TEST_CASE("a stopping server cuts what is still under way when the drain is over") {
  Busy busy(enter_and_stall);
  busy.tasks.start(busy.served.server.stop(Millis(20)));
  async::run_to_end(busy.served.context, join(busy.tasks));
  REQUIRE_FALSE(busy.answer->has_value());
  CHECK(busy.answer->error().reached == Reached::perhaps);
}

TEST_CASE("a stopping server does not wait for idle connections, however long the drain") {
  Gate gate;
  Served served(with(gate, answer_or_hold));
  const auto client = served.client();
  REQUIRE(exchange(served.context, *client));
  async::run_to_end(served.context, served.server.stop(an_hour));
}

TEST_CASE("a peer that sends half a request cannot hold up a stop - it gets the farewell") {
  ServerSettings settings;
  settings.request_deadline = an_hour;
  settings.farewell = Millis(20);
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\n";
  for (const std::string& half : {std::string("POST / HT"), head, head + "half a body"}) {
    CAPTURE(half);
    Gate gate;
    Served served(with(gate, answer_or_hold), settings);
    tcp::socket peer(served.context);
    peer.connect(endpoint_of(served.server.address()));
    asio::write(peer, asio::buffer(half));
    run_all_that_is_ready(served.context);
    async::run_to_end(served.context, served.server.stop(an_hour));
    std::string reply(1024, '\0');
    error_code end;
    const std::size_t size = asio::read(peer, asio::buffer(reply), end);
    CHECK(reply.substr(0, size).starts_with("HTTP/1.1 408 "));
  }
}

TEST_CASE("a request that is complete within the farewell is still answered") {
  ServerSettings settings;
  settings.farewell = an_hour;
  Gate gate;
  Served served(with(gate, answer_or_hold), settings);
  RawPeer peer(served);
  asio::write(peer.socket, asio::buffer(std::string("GET / HTTP/1.1\r\n")));
  run_all_that_is_ready(served.context);
  async::TaskGroup tasks(served.context.get_executor(), 1);
  tasks.start(served.server.stop(an_hour));
  run_all_that_is_ready(served.context);
  CHECK(tasks.running() == 1);
  asio::write(peer.socket, asio::buffer(std::string("Host: h\r\n\r\n")));
  peer.read_to_the_end();
  async::run_to_end(served.context, join(tasks));
  CHECK(peer.answered());
}

TEST_CASE("a peer that does not take its reply cannot hold up a stop either") {
  ServerSettings settings;
  settings.request_deadline = an_hour;
  settings.farewell = Millis(20);
  Gate gate;
  Served served(with(gate, hold), settings);
  tcp::socket peer(served.context);  // asks, and neither reads nor closes
  peer.connect(endpoint_of(served.server.address()));
  asio::write(peer, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  while (!gate.entered) served.context.run_one();
  async::TaskGroup tasks(served.context.get_executor(), 1);
  tasks.start(served.server.stop(an_hour));
  run_all_that_is_ready(served.context);
  CHECK(tasks.running() == 1);  // our own handler is waited for
  gate.open();
  async::run_to_end(served.context, join(tasks));
}

TEST_CASE("a server that never started, or stopped twice, stops at once") {
  asio::io_context context;
  Gate gate;
  Server unstarted(context.get_executor(), {}, with(gate, hold));
  async::run_to_end(context, unstarted.stop(an_hour));
  Server server(context.get_executor(), {}, with(gate, hold));
  REQUIRE(server.start());
  async::run_to_end(context, server.stop(an_hour));
  async::run_to_end(context, server.stop(an_hour));
}

TEST_CASE("a full server closes an idle connection for one with something to say") {
  ServerSettings settings;
  settings.connections = 1;
  Gate gate;
  Served served(with(gate, answer_or_hold), settings);
  const auto first = served.client();
  const auto second = served.client();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(exchange(served.context, *first));
    REQUIRE(exchange(served.context, *second));
  }
}

TEST_CASE("a full and busy server lets the next wait, and serves it after the reply under way") {
  ServerSettings settings;
  settings.connections = 1;
  Busy busy(answer_or_hold, settings);
  RawPeer next(busy.served);
  next.ask();
  run_all_that_is_ready(busy.served.context);
  CHECK_FALSE(next.answered());
  CHECK(busy.tasks.running() == 1);

  busy.gate.open();
  async::run_to_end(busy.served.context, join(busy.tasks));
  while (!next.ended) busy.served.context.run_one();
  CHECK(next.answered());
  REQUIRE(busy.answer->has_value());
  CHECK((*busy.answer)->body == "done");
  CHECK(find_header((*busy.answer)->headers, "connection") == "close");
}

TEST_CASE("half-sent requests do not hold a full server: the oldest of them gives way") {
  ServerSettings settings;
  settings.connections = 3;
  settings.request_deadline = an_hour;
  settings.give_way = Millis(0);
  Gate gate;
  Served served(with(gate, answer_or_hold), settings);
  std::vector<std::unique_ptr<RawPeer>> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(std::make_unique<RawPeer>(served));
    const std::string half = i % 2 == 0 ? "GET / HTTP/1.1\r\nHost:" : "";
    asio::write(slow.back()->socket, asio::buffer(half));
    run_all_that_is_ready(served.context);
  }
  RawPeer honest(served);
  honest.ask();
  while (!honest.ended) served.context.run_one();
  CHECK(honest.answered());
}

TEST_CASE("a full server does not close a new connection whose request is on its way") {
  ServerSettings settings;
  settings.connections = 1;
  settings.give_way = an_hour;
  Gate gate;
  Served served(with(gate, answer_or_hold), settings);
  RawPeer early(served);
  run_all_that_is_ready(served.context);
  RawPeer late(served);
  late.ask();
  run_all_that_is_ready(served.context);
  early.ask();
  while (!early.ended || !late.ended) served.context.run_one();
  CHECK(early.answered());
  CHECK(early.reply.find("Connection: close") != std::string::npos);
  CHECK(late.answered());
}

TEST_CASE("many requests at once through few places are all answered, none is cut for another") {
  ServerSettings settings;
  settings.connections = 3;
  Gate gate;
  Served served(with(gate, answer_or_hold), settings);
  const auto client = served.client();
  async::TaskGroup tasks(served.context.get_executor(), 60);
  std::vector<std::shared_ptr<Exchange>> answers;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) {
      answers.push_back(std::make_shared<Exchange>());
      tasks.start(keep_answer(*client, {"GET", "", {}, ""}, answers.back()));
    }
    if (round > 0) async::run_to_end(served.context, join(tasks));
  }
  for (const auto& answer : answers) {
    REQUIRE_MESSAGE(answer->has_value(), (*answer ? "" : answer->error().why));
    CHECK((*answer)->body == "at once");
  }
}

TEST_CASE("a stopping server still answers what has arrived on a connection it took for idle") {
  Gate gate;
  Served served(with(gate, answer_or_hold));
  tcp::socket peer(served.context);
  peer.connect(endpoint_of(served.server.address()));
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  std::string reply(1024, '\0');
  // Answered once, the session waits for more; the second request arrives, but nobody has run yet.
  asio::write(peer, asio::buffer(request));
  std::size_t size = 0;
  peer.async_read_some(asio::buffer(reply), [&](error_code, std::size_t read) { size = read; });
  while (size == 0) served.context.run_one();
  run_all_that_is_ready(served.context);
  asio::write(peer, asio::buffer(request));
  peer.shutdown(tcp::socket::shutdown_send);
  async::run_to_end(served.context, served.server.stop(an_hour));
  error_code end;
  size = asio::read(peer, asio::buffer(reply), end);
  CHECK(reply.substr(0, size).starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(reply.substr(0, size).find("Connection: close") != std::string::npos);
}
