// An HTTP exchange as values, without a library in sight.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace recycled::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first header of that name, case ignored.
std::optional<std::string> find_header(const Headers& headers, std::string_view name);
// Lines "Name: value", as a person saves them: a request line before them, empty lines and CR are
// passed over. Nothing if another line has no colon.
std::optional<Headers> parse_header_lines(std::string_view text);
// `Retry-After` as a duration from `now`: seconds or an HTTP date; nothing if absent or unreadable.
std::optional<Millis> retry_after(const Headers& headers, Instant now);
// "Fri, 20 Nov 2026 08:30:15 GMT" and back (RFC 1123, the only form FlexFactor sends).
std::string to_http_date(Instant at);
std::optional<Instant> parse_http_date(std::string_view text);

struct Request {
  std::string method = "GET";
  std::string target;  // path and query; for a client relative to its base URL, without leading '/'
  Headers headers;
  std::string body;
};

// What a server does with its reply. All but `answer` exist for the simulated provider's faults.
enum class Delivery {
  answer,
  stall,    // never answer; hold the connection until the client goes
  reset,    // RST after the request was read
  hang_up,  // close without a byte
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  Delivery delivery = Delivery::answer;
};

}  // namespace recycled::http
