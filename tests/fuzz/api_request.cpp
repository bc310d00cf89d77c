#include <string>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "base/ensure.hpp"
#include "fuzz/targets.hpp"
#include "http/message.hpp"
#include "rest/router.hpp"

namespace recycled::fuzz {
namespace {

const std::string token = "a-token-of-some-length";

// Up to the end of its line, which is taken away.
std::string_view line_of(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  const std::string_view line = bytes.substr(0, end);
  bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
  return line;
}

http::Request take_apart(std::string_view bytes) {
  http::Request request;
  request.method = line_of(bytes);
  request.target = line_of(bytes);
  while (!bytes.empty()) {
    const std::string_view line = line_of(bytes);
    if (line.empty()) break;
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  request.body = bytes;
  return request;
}

async::Task<http::Response> open_to_all(rest::Call call) {
  http::Response response;
  response.status = 204;
  response.body = std::move(call.id);
  co_return response;
}

async::Task<http::Response> behind_the_token(rest::Call call) {
  http::Response response;
  response.body = std::move(call.id);
  co_return response;
}

async::Task<void> answer_into(rest::Router& router, http::Request request,
                              http::Response& response) {
  response = co_await router.answer(std::move(request));
}

}  // namespace

// Answered as one of the documented ways, the same each time; nothing that is behind the token
// without it.
void api_request(std::string_view bytes) {
  static rest::Router router(
      {{"GET", "/healthz", rest::Access::open, open_to_all},
       {"GET", "/v1/subscriptions/{id}", rest::Access::token, behind_the_token},
       {"POST", "/v1/declines", rest::Access::token, behind_the_token}},
      crypto::Secret(token));
  const http::Request request = take_apart(bytes);
  http::Response response;
  boost::asio::io_context io;
  async::run_to_end(io, answer_into(router, request, response));
  const int status = response.status;
  ensure(status == 200 || status == 204 || status == 401 || status == 404 || status == 405,
         "a router's answer is one of its own");
  const auto shown = http::find_header(request.headers, "Authorization");
  if (status == 200) {
    ensure(shown && shown->size() == std::string_view("Bearer ").size() + token.size() &&
               shown->ends_with(token),
           "nobody is let in without the token");
    ensure(response.body.empty() == request.target.starts_with("/v1/declines"),
           "an id is where one is asked for");
  }
  if (status >= 400) {
    ensure(response.body.size() < 1000, "a refusal is short");
    ensure(response.body.find(token) == std::string::npos, "a refusal does not tell the token");
  }
}

}  // namespace recycled::fuzz
