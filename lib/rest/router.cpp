#include "rest/router.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"
#include "rest/answers.hpp"

namespace recycled::rest {
namespace {

constexpr std::string_view placeholder = "{id}";

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

// Percent-encoding (RFC 3986 section 2.1); nothing if it is broken.
std::optional<std::string> decoded(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      made += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return std::nullopt;
    made += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return made;
}

// What stands at the pattern's {id}, "" where it has none; nothing if the path is another one.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with(placeholder)) {
    return pattern == path ? std::optional<std::string>("") : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, pattern.size() - placeholder.size());
  if (!path.starts_with(before)) return std::nullopt;
  const std::string_view segment = path.substr(before.size());
  if (segment.empty() || segment.find('/') != std::string_view::npos) return std::nullopt;
  return decoded(segment);
}

bool serves(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

http::Response no_such_path() {
  return refusal(404, {"not_found", "nothing is here; /openapi.json lists what there is", ""});
}

http::Response other_methods(std::string allowed) {
  http::Response response =
      refusal(405, {"method_not_allowed", "this path answers " + allowed + " alone", ""});
  response.headers.emplace_back("Allow", std::move(allowed));
  return response;
}

http::Response no_token() {
  http::Response response = refusal(
      401, {"unauthorized", "send Authorization: Bearer, with the text of api.token_file", ""});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"recycled\"");
  return response;
}

}  // namespace

Router::Router(std::vector<Route> routes, const crypto::Secret& token)
    : routes_(std::move(routes)), token_(token) {}

std::variant<Router::Found, http::Response> Router::find(const http::Request& request) const {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  std::string allowed;
  for (const Route& route : routes_) {
    auto id = match(route.pattern, path);
    if (!id) continue;
    if (serves(route, request.method)) {
      if (route.access == Access::token && !shows_token(request)) return no_token();
      return Found{&route, std::move(*id)};
    }
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method == "GET" ? "GET, HEAD" : std::string(route.method);
  }
  if (allowed.empty()) return no_such_path();
  return other_methods(std::move(allowed));
}

bool Router::shows_token(const http::Request& request) const {
  constexpr std::string_view scheme = "bearer ";
  const auto shown = http::find_header(request.headers, "Authorization");
  if (!shown || shown->size() < scheme.size() || token_.empty()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
  const std::string_view begin = std::string_view(*shown).substr(0, scheme.size());
  if (!std::ranges::equal(begin, scheme, {}, lower)) return false;
  const std::string_view token = std::string_view(*shown).substr(scheme.size());
  return crypto::equal_in_constant_time(token, token_.reveal());
}

async::Task<http::Response> Router::answer(http::Request request) {
  auto looked_up = find(request);
  if (auto* refused = std::get_if<http::Response>(&looked_up)) co_return std::move(*refused);
  Found& found = std::get<Found>(looked_up);
  Call call{std::move(request), std::move(found.id)};
  auto response = co_await found.route->endpoint(std::move(call));
  co_return response;
}

}  // namespace recycled::rest
