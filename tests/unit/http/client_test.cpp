#include "http/client.hpp"

#include <string>

#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace recycled;
using namespace recycled::http;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async::Task<Response> deliver(Delivery delivery, Request) {
  Response response = plain(200, "never seen");
  response.delivery = delivery;
  co_return response;
}

Handler delivering(Delivery delivery) {
  return [delivery](Request request) { return deliver(delivery, std::move(request)); };
}

ClientSettings settings_for(const std::string& address) {
  ClientSettings settings;
  settings.base_url = "http://" + address + "/";
  return settings;
}

// A port that was free a moment ago, and that nobody listens on.
std::string closed_address(asio::io_context& context) {
  const tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
}

}  // namespace

TEST_CASE("a client keeps its connection and uses it again") {
  asio::io_context context;
  ScriptedPeer peer(context, {ok, ok, ok});
  const auto client = make_client(context, peer.address());
  for (int i = 0; i < 3; ++i) {
    const Exchange answer = exchange(context, *client);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "ok");
  }
  CHECK(peer.accepted() == 1);
}

TEST_CASE("a client sends what it was given, below its base URL") {
  asio::io_context context;
  ScriptedPeer peer(context, {ok});
  ClientSettings settings = settings_for(peer.address());
  settings.base_url += "v1/";
  const auto client = make_client(context, std::move(settings));
  Request request{"POST", "tokenize?mid=1&a=b", {{"Authorization", "Bearer t"}}, ""};
  REQUIRE(exchange(context, *client, std::move(request)));
  const std::string& sent = peer.requests().at(0);
  CHECK(sent.starts_with("POST /v1/tokenize?mid=1&a=b HTTP/1.1\r\n"));
  CHECK(sent.find("\r\nHost: " + peer.address() + "\r\n") != std::string::npos);
  CHECK(sent.find("\r\nAuthorization: Bearer t\r\n") != std::string::npos);
  CHECK(sent.find("\r\nContent-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("L3: an idle connection that its peer has closed is not used for the next request") {
  asio::io_context context;
  ScriptedPeer peer(context, {ok});
  const auto client = make_client(context, peer.address());
  REQUIRE(exchange(context, *client));
  peer.run_until_closed(1);
  CHECK(exchange(context, *client).has_value());
  CHECK(peer.accepted() == 2);
}

TEST_CASE("a connection on which the peer said more than it was asked is not used again") {
  asio::io_context context;
  ScriptedPeer peer(context, {ok + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale", ok});
  const auto client = make_client(context, peer.address());
  REQUIRE(exchange(context, *client));
  const Exchange second = exchange(context, *client);
  REQUIRE(second);
  CHECK(second->body == "ok");
  CHECK(peer.accepted() == 2);
}

TEST_CASE("a connection idle for longer than its time is not used again") {
  asio::io_context context;
  ScriptedPeer peer(context, {ok, ok});
  ClientSettings settings = settings_for(peer.address());
  settings.idle_timeout = Millis(0);
  const auto client = make_client(context, std::move(settings));
  REQUIRE(exchange(context, *client));
  context.poll();
  REQUIRE(exchange(context, *client));
  CHECK(peer.accepted() == 2);
}

TEST_CASE("interim responses are not taken for the answer") {
  asio::io_context context;
  ScriptedPeer peer(context,
                    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + ok});
  const auto client = make_client(context, peer.address());
  const Exchange answer = exchange(context, *client);
  REQUIRE(answer);
  CHECK(answer->status == 200);
}

TEST_CASE("L3: a refused connection certainly reached nobody") {
  asio::io_context context;
  const auto client = make_client(context, closed_address(context));
  const Exchange answer = exchange(context, *client, post("evaluate", "{}"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reached == Reached::certainly_not);
  CHECK(answer.error().why.find("refused") != std::string::npos);
}

TEST_CASE("L3: a handshake that is never answered certainly carried no request") {
  asio::io_context context;
  // The kernel takes the connection; nobody ever reads from it.
  const tcp::acceptor mute(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  ClientSettings settings;
  settings.base_url = "https://127.0.0.1:" + std::to_string(mute.local_endpoint().port()) + "/";
  settings.connect_timeout = Millis(20);
  const auto client = make_client(context, std::move(settings));
  const Exchange answer = exchange(context, *client);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reached == Reached::certainly_not);
  CHECK(answer.error().why.find("timed out") != std::string::npos);
}

TEST_CASE(
    "L3: once the request went out, a reset, a hang-up or silence may have reached the peer") {
  struct Row {
    Delivery delivery;
    const char* why;
  };
  for (const Row& row : {Row{Delivery::reset, "reset"}, Row{Delivery::hang_up, "end of stream"},
                         Row{Delivery::stall, "timed out"}}) {
    CAPTURE(std::string(row.why));
    Served served(delivering(row.delivery));
    ClientSettings settings = settings_for(served.server.address());
    settings.request_timeout = Millis(row.delivery == Delivery::stall ? 30 : 30'000);
    const auto client = make_client(served.context, std::move(settings));
    const Exchange answer = exchange(served.context, *client, post("evaluate", "{}"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reached == Reached::perhaps);
    CHECK(answer.error().why.find(row.why) != std::string::npos);
  }
}

TEST_CASE("a response that is cut off, too large or no HTTP is a failure, never a short answer") {
  const std::string responses[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n" + std::string(65, 'x'),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n" + std::string(65, 'x') +
          "\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX-Long: " + std::string(100'000, 'x') + "\r\n\r\n",
      "SSH-2.0-OpenSSH_9.2\r\n",
  };
  for (const std::string& response : responses) {
    CAPTURE(response.substr(0, 80));
    asio::io_context context;
    ScriptedPeer peer(context, {response});
    ClientSettings settings = settings_for(peer.address());
    settings.response_bytes = 64;
    const auto client = make_client(context, std::move(settings));
    const Exchange answer = exchange(context, *client);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reached == Reached::perhaps);
  }
}

TEST_CASE("a response body of exactly the limit is taken") {
  asio::io_context context;
  ScriptedPeer peer(context,
                    {"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n" + std::string(64, 'x')});
  ClientSettings settings = settings_for(peer.address());
  settings.response_bytes = 64;
  const auto client = make_client(context, std::move(settings));
  CHECK(exchange(context, *client)->body.size() == 64);
}

TEST_CASE("a line break in a header sends nothing at all") {
  asio::io_context context;
  ScriptedPeer peer(context, {ok});
  const auto client = make_client(context, peer.address());
  Request request{"GET", "", {{"Authorization", "Bearer x\r\nX-Evil: 1"}}, ""};
  const Exchange answer = exchange(context, *client, std::move(request));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reached == Reached::certainly_not);
  CHECK(peer.accepted() == 0);
}

TEST_CASE("L25: a failure does not quote the target, whose query may hold a key") {
  asio::io_context context;
  const auto client = make_client(context, closed_address(context));
  Request request{"POST", "tokenize?environment=canary", {}, ""};
  const Exchange answer = exchange(context, *client, std::move(request));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().why.find("canary") == std::string::npos);
}

TEST_CASE("a client that could never work is not made") {
  asio::io_context context;
  ClientSettings no_url;
  CHECK_FALSE(Client::make(context.get_executor(), no_url));
  ClientSettings no_ca;
  no_ca.base_url = "https://127.0.0.1/";
  no_ca.ca_file = "no-such-file.pem";
  const auto refused = Client::make(context.get_executor(), no_ca);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("no-such-file.pem") != std::string::npos);
}
