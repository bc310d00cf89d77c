#include "http/message.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace recycled;
using namespace recycled::http;
using namespace std::chrono_literals;

namespace {

// 2026-11-20T08:30:15Z
constexpr Instant vector_date = from_millis(1'795'163'415'000);

}  // namespace

TEST_CASE("a header is found whatever its case, and the first of several counts") {
  const Headers headers = {{"Content-Type", "a"}, {"X-Nonce", "1"}, {"x-nonce", "2"}};
  CHECK(find_header(headers, "content-TYPE") == "a");
  CHECK(find_header(headers, "X-NONCE") == "1");
  CHECK_FALSE(find_header(headers, "content").has_value());
  CHECK_FALSE(find_header({}, "content-type").has_value());
}

TEST_CASE("header lines are read as people save them") {
  const Headers wanted = {{"X-Nonce", "1"}, {"x-date", "Fri, 20 Nov 2026 08:30:15 GMT"}, {"e", ""}};
  const std::string lines = "X-Nonce: 1\nx-date:Fri, 20 Nov 2026 08:30:15 GMT \ne:";
  CHECK(parse_header_lines(lines) == wanted);
  CHECK(parse_header_lines("POST /flexfactor/callbacks HTTP/1.1\r\n" + lines + "\r\n\r\n") ==
        wanted);
  CHECK(parse_header_lines("") == Headers());
  CHECK_FALSE(parse_header_lines("X-Nonce: 1\nno header").has_value());
  CHECK_FALSE(parse_header_lines(": no name").has_value());
}

TEST_CASE("HTTP dates are written and read back, whatever the day") {
  struct Row {
    std::int64_t seconds;
    const char* text;
  };
  const Row rows[] = {
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
      {784'111'777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      {951'782'400, "Tue, 29 Feb 2000 00:00:00 GMT"},
      {1'795'163'415, "Fri, 20 Nov 2026 08:30:15 GMT"},
      {253'402'300'799, "Fri, 31 Dec 9999 23:59:59 GMT"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.text));
    CHECK(to_http_date(from_millis(row.seconds * 1000)) == row.text);
    CHECK(parse_http_date(row.text) == from_millis(row.seconds * 1000));
  }
}

TEST_CASE("an HTTP date has whole seconds: what is below is cut off, before 1970 too") {
  CHECK(to_http_date(vector_date + 999ms) == "Fri, 20 Nov 2026 08:30:15 GMT");
  CHECK(to_http_date(from_millis(-1)) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("a text that is not exactly an HTTP date is none") {
  const char* const texts[] = {
      "",
      "Fri, 20 Nov 2026 08:30:15",
      "Fri, 20 Nov 2026 08:30:15 UTC",
      "Fri, 20 Nov 2026 08:30:15 GMT ",
      "Thu, 20 Nov 2026 08:30:15 GMT",
      "fri, 20 Nov 2026 08:30:15 GMT",
      "Fri, 20 nov 2026 08:30:15 GMT",
      "Fri, 2x Nov 2026 08:30:15 GMT",
      "Mon, 30 Feb 2026 08:30:15 GMT",
      "Fri, 20 Nov 2026 24:00:00 GMT",
      "Fri, 20 Nov 2026 08:60:15 GMT",
      "Fri, 20 Nov 2026 08:30:60 GMT",
      "Fri, 20 Nov 2026 -8:30:15 GMT",
      "Fri, 20-Nov-2026 08:30:15 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
  };
  for (const char* text : texts) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("L21: Retry-After is understood in both its forms") {
  const auto wait = [](std::string value) {
    return retry_after({{"retry-after", std::move(value)}}, vector_date);
  };
  CHECK(wait("0") == 0ms);
  CHECK(wait("120") == 120'000ms);
  CHECK(wait("Fri, 20 Nov 2026 08:31:15 GMT") == 60'000ms);
  CHECK(wait("Fri, 20 Nov 2026 08:29:15 GMT") == 0ms);
  for (const char* unreadable : {"", "-1", "1.5", "soon", "99999999999999999999", "1 "}) {
    CAPTURE(std::string(unreadable));
    CHECK_FALSE(wait(unreadable).has_value());
  }
  CHECK_FALSE(retry_after({}, vector_date).has_value());
}
