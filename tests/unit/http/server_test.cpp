#include "http/server.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "base/ensure.hpp"
#include "fixture.hpp"

using namespace recycled;
using namespace recycled::http;

namespace {

async::Task<Response> echo(Request request) {
  Response response = plain(200, request.method + " " + request.target + " " + request.body);
  response.headers = {{"X-Asked", find_header(request.headers, "x-ask").value_or("nothing")}};
  co_return response;
}

async::Task<Response> empty(Request) { co_return plain(204, ""); }

async::Task<Response> trip(Request request) {
  if (request.target == "/bug") throw Bug("broken promise");
  if (request.target == "/fail") throw std::runtime_error("secret detail");
  co_return plain(200, "fine");
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

bool has(const std::string& text, const std::string& part) { return count(text, part) > 0; }

}  // namespace

TEST_CASE("a request arrives whole and its reply goes back whole") {
  Served served(echo);
  const auto client = served.client();
  Request request{"PUT", "a/b?c=d", {{"X-Ask", "yes"}}, std::string(60'000, 'x')};
  const Exchange answer = exchange(served.context, *client, std::move(request));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "PUT /a/b?c=d " + std::string(60'000, 'x'));
  CHECK(find_header(answer->headers, "x-asked") == "yes");
}

TEST_CASE("what a proxy may read otherwise is refused, and nothing behind it is looked at") {
  Served served(echo);
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string behind = "\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nConnection: close\r\n\r\n";
  for (const char* headers :
       {"Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length : 3\r\n"}) {
    CAPTURE(std::string(headers));
    const std::string reply = served.raw(post + headers + behind);
    CHECK(count(reply, "HTTP/1.1 ") == 1);
    CHECK(has(reply, "HTTP/1.1 400 "));
  }
  const std::string old = served.raw("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" + behind);
  CHECK(has(old, "HTTP/1.1 400 "));
  CHECK(has(served.raw(post + "Transfer-Encoding: Chunked\r\nConnection: close\r\n\r\n"
                              "2\r\nab\r\n0\r\n\r\n"),
            "POST / ab"));
}

TEST_CASE("what no limit counts is bounded all the same: the extension of a chunk") {
  Served served(echo);
  const std::string post =
      "POST / HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1;";
  const std::string rest = "\r\na\r\n0\r\n\r\n";
  CHECK(has(served.raw(post + std::string(1'000, 'e') + rest), "POST / a"));
  CHECK(has(served.raw(post + std::string(200'000, 'e') + rest), "HTTP/1.1 400 "));
  CHECK(has(served.raw(post + std::string(5'000'000, 'e')), "HTTP/1.1 400 "));
}

TEST_CASE("requests on one connection are answered in order, also those sent ahead") {
  Served served(echo);
  const std::string reply = served.raw(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(count(reply, "HTTP/1.1 200 OK") == 3);
  CHECK(reply.find("GET /1") < reply.find("POST /2 ab"));
  CHECK(reply.find("POST /2 ab") < reply.find("GET /3"));
  CHECK(count(reply, "Connection: close") == 1);
}

TEST_CASE("a HEAD and a 204 have no body, and the connection survives them") {
  Served served(echo);
  const auto client = served.client();
  const Exchange head = exchange(served.context, *client, {"HEAD", "x", {}, ""});
  REQUIRE(head);
  CHECK(head->body.empty());
  CHECK(find_header(head->headers, "content-length") == "8");
  CHECK(exchange(served.context, *client, {"GET", "y", {}, ""})->body == "GET /y ");

  Served bodyless(empty);
  const std::string reply = bodyless.raw("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(has(reply, "204 No Content"));
  CHECK_FALSE(has(reply, "Content-Length"));
}

TEST_CASE("what is too large or no HTTP is refused by its own status, and its connection closed") {
  ServerSettings settings;
  settings.header_bytes = 256;
  settings.body_bytes = 100;
  Served served(echo, settings);
  const std::string long_header = "X: " + std::string(300, 'x') + "\r\n\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string chunk = "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n";
  CHECK(has(served.raw("GET / HTTP/1.1\r\n" + long_header), "HTTP/1.1 431 "));
  CHECK(has(served.raw("GET /" + std::string(5'000, 'x')), "HTTP/1.1 431 "));
  CHECK(has(served.raw(post + "Content-Length: 101\r\n\r\n"), "HTTP/1.1 413 "));
  CHECK(has(served.raw(post + "Content-Length: 5000000\r\n\r\n" + std::string(5'000'000, 'x')),
            "HTTP/1.1 413 "));
  CHECK(has(served.raw(post + "Transfer-Encoding: chunked\r\n\r\n" + chunk), "HTTP/1.1 413 "));
  CHECK(has(served.raw("\x16\x03\x01 not HTTP\r\n\r\n"), "HTTP/1.1 400 "));
  const std::string taken =
      served.raw(post + "Content-Length: 100\r\nConnection: close\r\n\r\n" + std::string(100, 'x'));
  CHECK(has(taken, "HTTP/1.1 200 OK"));
}

TEST_CASE("a client slower than the deadline is told so and cut, one that says nothing just cut") {
  ServerSettings settings;
  settings.request_deadline = Millis(30);
  Served served(echo, settings);
  CHECK(has(served.raw("POST / HTTP/1.1\r\nContent-Le"), "HTTP/1.1 408 "));
  CHECK(has(served.raw("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc"), "HTTP/1.1 408 "));
  CHECK(served.raw("").empty());
}

TEST_CASE("an idle connection is closed at its deadline without a word") {
  ServerSettings settings;
  settings.idle_deadline = Millis(20);
  Served served(echo, settings);
  const std::string reply = served.raw("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(count(reply, "HTTP/1.1 ") == 1);
  CHECK(has(reply, "HTTP/1.1 200 OK"));
}

TEST_CASE("a client that asks whether to send its body is told to go on") {
  Served served(echo);
  const std::string reply = served.raw(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
      "Connection: close\r\n\r\nab");
  CHECK(reply.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a handler's exception costs its request, tells the peer nothing and ends nothing") {
  Served served(trip);
  const auto client = served.client();
  const Exchange failed = exchange(served.context, *client, {"GET", "fail", {}, ""});
  REQUIRE(failed);
  CHECK(failed->status == 500);
  CHECK_FALSE(has(failed->body, "secret detail"));
  CHECK(exchange(served.context, *client, {"GET", "", {}, ""})->status == 200);
}

TEST_CASE("a handler's Bug comes out of the context's run") {
  Served served(trip);
  CHECK_THROWS_AS(served.raw("GET /bug HTTP/1.1\r\nHost: h\r\n\r\n"), Bug);
}

TEST_CASE("an address that cannot be listened on is refused by name") {
  const Served first(echo);
  asio::io_context context;
  const auto refusal = [&context](std::string listen) {
    ServerSettings settings;
    settings.listen = std::move(listen);
    Server server(context.get_executor(), settings, echo);
    const auto started = server.start();
    REQUIRE_FALSE(started);
    CHECK(has(started.error().message, settings.listen));
    return started.error().fault;
  };
  for (const char* listen : {"", "127.0.0.1", "localhost:80", "127.0.0.1:", "127.0.0.1:65536",
                             "127.0.0.1:80x", "[::1:80"}) {
    CAPTURE(std::string(listen));
    CHECK(refusal(listen) == Fault::invalid);
  }
  CHECK(refusal(first.server.address()) == Fault::busy);
}
