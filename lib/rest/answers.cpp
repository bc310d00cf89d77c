#include "rest/answers.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "rest/json.hpp"

namespace recycled::rest {
namespace {

constexpr std::string_view json_type = "application/json";

std::string_view code_of(int status) {
  switch (status) {
    case 400:
      return "bad_request";
    case 408:
      return "timeout";
    case 413:
      return "too_large";
    case 431:
      return "header_too_large";
    default:
      return "internal";
  }
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Json json_of(const Problem& problem) {
  Json error{{"code", problem.code}, {"message", problem.message}};
  if (!problem.field.empty()) error["field"] = problem.field;
  return error;
}

http::Response json(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", std::string(json_type)}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

http::Response refusal(int status, const Problem& problem) {
  Json body = Json::object();
  body["error"] = json_of(problem);
  return json(status, written(body));
}

http::Response server_refusal(int status, std::string why) {
  return refusal(status, {std::string(code_of(status)), std::move(why), ""});
}

bool is_declared_json(const http::Request& request) {
  const auto type = http::find_header(request.headers, "Content-Type");
  if (!type) return true;
  std::string media = type->substr(0, type->find_first_of("; \t"));
  std::ranges::transform(media, media.begin(), lower);
  return media == json_type;
}

}  // namespace recycled::rest
