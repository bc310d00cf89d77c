#include "rest/router.hpp"

#include <utility>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"

namespace recycled::rest {
namespace {

const std::string token = "a-token-of-some-length";

async::Task<http::Response> echo(Call call) {
  http::Response response;
  response.body = call.request.method + " " + call.id + " " + call.request.body;
  co_return response;
}

async::Task<void> keep(Router& router, http::Request request, http::Response& answer) {
  answer = co_await router.answer(std::move(request));
}

struct Asked {
  Asked()
      : router({{"GET", "/open", Access::open, echo},
                {"GET", "/v1/things/{id}", Access::token, echo},
                {"POST", "/v1/things/{id}", Access::token, echo},
                {"POST", "/v1/things", Access::token, echo}},
               crypto::Secret(token)) {}

  http::Response ask(std::string method, std::string target, std::string authorization = "") {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = "body";
    if (!authorization.empty()) request.headers = {{"authorization", std::move(authorization)}};
    http::Response answer;
    boost::asio::io_context io;
    async::run_to_end(io, keep(router, std::move(request), answer));
    return answer;
  }
  http::Response trusted(std::string method, std::string target) {
    return ask(std::move(method), std::move(target), "Bearer " + token);
  }

  Router router;
};

}  // namespace

TEST_CASE("a request finds its endpoint by path and method, and the id is decoded") {
  Asked asked;
  CHECK(asked.ask("GET", "/open").body == "GET  body");
  CHECK(asked.ask("GET", "/open?since=yesterday").body == "GET  body");
  CHECK(asked.ask("HEAD", "/open").status == 200);
  CHECK(asked.trusted("POST", "/v1/things").body == "POST  body");
  CHECK(asked.trusted("GET", "/v1/things/a%20b%2Fc%C3%a9?x").body == "GET a b/c\xC3\xA9 body");
  CHECK(asked.trusted("POST", "/v1/things/7").body == "POST 7 body");
}

TEST_CASE("a path that nobody has is 404, with and without a token") {
  Asked asked;
  for (const char* target : {"/", "/ope", "/open/", "//open", "*", "/v1/things/", "/v1/things/a/b",
                             "/v1/things/%", "/v1/things/%4", "/v1/things/%zz"}) {
    CAPTURE(std::string(target));
    CHECK(asked.ask("GET", target).status == 404);
    CHECK(asked.trusted("GET", target).status == 404);
  }
  CHECK(asked.ask("GET", "/").body ==
        "{\n  \"error\": {\n    \"code\": \"not_found\",\n    \"message\": \"nothing is here; "
        "/openapi.json lists what there is\"\n  }\n}\n");
}

TEST_CASE("another method is 405 and names those that are answered") {
  Asked asked;
  const auto allow = [&asked](const char* target) {
    const auto response = asked.ask("DELETE", target);
    CHECK(response.status == 405);
    return http::find_header(response.headers, "Allow").value_or("");
  };
  CHECK(allow("/open") == "GET, HEAD");
  CHECK(allow("/v1/things") == "POST");
  CHECK(allow("/v1/things/7") == "GET, HEAD, POST");
}

TEST_CASE("without the token there is nothing but 401") {
  Asked asked;
  for (const std::string& shown :
       {std::string(), std::string("Bearer"), std::string("Bearer "), "Bearer " + token + "x",
        "Bearer " + token.substr(1), token, "Basic " + token, "Bearer  " + token}) {
    CAPTURE(shown);
    const auto response = asked.ask("POST", "/v1/things", shown);
    CHECK(response.status == 401);
    CHECK(http::find_header(response.headers, "WWW-Authenticate") == "Bearer realm=\"recycled\"");
    CHECK(response.body.find(token) == std::string::npos);
  }
  CHECK(asked.ask("POST", "/v1/things", "bEARER " + token).status == 200);
  asked.router.renew(crypto::Secret("another-token-now"));
  CHECK(asked.trusted("POST", "/v1/things").status == 401);
  CHECK(asked.ask("POST", "/v1/things", "Bearer another-token-now").status == 200);
}

TEST_CASE("a router without a token lets nobody in") {
  Router closed({{"GET", "/x", Access::token, echo}}, crypto::Secret());
  http::Request request;
  request.target = "/x";
  request.headers = {{"Authorization", "Bearer "}};
  http::Response answer;
  boost::asio::io_context io;
  async::run_to_end(io, keep(closed, std::move(request), answer));
  CHECK(answer.status == 401);
}

}  // namespace recycled::rest
