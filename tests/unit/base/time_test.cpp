#include "base/time.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace recycled {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("instants are written in UTC and read back") {
  struct Row {
    std::int64_t ms;
    const char* text;
  };
  const std::vector<Row> rows{{0, "1970-01-01T00:00:00Z"},
                              {-1, "1969-12-31T23:59:59.999Z"},
                              {1, "1970-01-01T00:00:00.001Z"},
                              {120, "1970-01-01T00:00:00.120Z"},
                              {86'399'999, "1970-01-01T23:59:59.999Z"},
                              {1'709'164'800'000, "2024-02-29T00:00:00Z"},
                              {1'795'426'200'120, "2026-11-23T09:30:00.120Z"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(to_iso8601(from_millis(row.ms)) == row.text);
    REQUIRE(parse_instant(row.text));
    CHECK(to_millis(*parse_instant(row.text)) == row.ms);
  }
}

TEST_CASE("an instant may carry any offset and up to nine fractional digits") {
  struct Row {
    const char* text;
    const char* means;
  };
  const std::vector<Row> rows{{"2026-11-23T11:30:00+02:00", "2026-11-23T09:30:00Z"},
                              {"2026-11-23T04:30:00-05:00", "2026-11-23T09:30:00Z"},
                              {"2026-11-23T15:00:00+05:30", "2026-11-23T09:30:00Z"},
                              {"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"},
                              {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
                              {"2026-11-23T09:30:00+00:00", "2026-11-23T09:30:00Z"},
                              {"2026-11-23T09:30:00.1Z", "2026-11-23T09:30:00.100Z"},
                              {"2026-11-23T09:30:00.12Z", "2026-11-23T09:30:00.120Z"},
                              {"2026-11-23T09:30:00.1239Z", "2026-11-23T09:30:00.123Z"},
                              {"2026-11-23T09:30:00.000999999Z", "2026-11-23T09:30:00Z"},
                              {"2026-11-23T11:30:00.120456+02:00", "2026-11-23T09:30:00.120Z"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    REQUIRE(parse_instant(row.text));
    CHECK(to_iso8601(*parse_instant(row.text)) == row.means);
  }
}

TEST_CASE("what is no instant is none") {
  for (const char* text : {"",
                           "2026-11-23",
                           "2026-11-23T09:30:00",
                           "2026-11-23T09:30Z",
                           "2026-11-23 09:30:00Z",
                           "2026-11-23T09:30:00z",
                           "2026-11-23T24:00:00Z",
                           "2026-11-23T09:60:00Z",
                           "2026-11-23T09:30:60Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-00T00:00:00Z",
                           "2026-11-23T09:30:00.Z",
                           "2026-11-23T09:30:00.1234567890Z",
                           "2026-11-23T09:30:00+0200",
                           "2026-11-23T09:30:00+24:00",
                           "2026-11-23T09:30:00+02:60",
                           "2026-11-23T09:30:00Z ",
                           " 2026-11-23T09:30:00Z",
                           "2026-11-23T09:30:00Zjunk",
                           "26-11-23T09:30:00Z",
                           "2026-1-23T09:30:00Z",
                           "+2026-11-23T9Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_instant(text));
  }
}

TEST_CASE("dates are read and written, and only real ones exist") {
  for (const char* text : {"2026-11-23", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"}) {
    CAPTURE(text);
    REQUIRE(parse_date(text));
    CHECK(to_iso8601(*parse_date(text)) == text);
  }
  for (const char* text : {"", "2026-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-10-00",
                           "2026-10-32", "2026-13-01", "2026-1-01", "26-01-01", "2026/01/01",
                           "2026-01-01T", "2026-01-01 ", "-026-01-01", "2026-01-0x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text));
  }
}

TEST_CASE("civil days add up across months, years and leap days") {
  const auto after = [](const char* date, int count) {
    return to_iso8601(add_days(*parse_date(date), count));
  };
  CHECK(after("2026-01-31", 1) == "2026-02-01");
  CHECK(after("2024-02-28", 1) == "2024-02-29");
  CHECK(after("2026-02-28", 1) == "2026-03-01");
  CHECK(after("2026-12-31", 1) == "2027-01-01");
  CHECK(after("2026-03-01", -1) == "2026-02-28");
  CHECK(after("2026-03-01", 0) == "2026-03-01");
}

TEST_CASE("durations are read, and written in their shortest spelling") {
  struct Row {
    const char* text;
    Millis means;
    const char* written;
  };
  const std::vector<Row> rows{{"90s", seconds(90), "1m30s"},
                              {"15m", minutes(15), "15m"},
                              {"6h", hours(6), "6h"},
                              {"21d", days(21), "21d"},
                              {"1h30m", minutes(90), "1h30m"},
                              {"90m", minutes(90), "1h30m"},
                              {"24h", hours(24), "1d"},
                              {"250ms", Millis(250), "250ms"},
                              {"1s250ms", Millis(1250), "1s250ms"},
                              {"1d2h3m4s5ms", Millis(93'784'005), "1d2h3m4s5ms"},
                              {"0s", Millis(0), "0s"},
                              {"0d", Millis(0), "0s"},
                              {"0001h", hours(1), "1h"},
                              {"999999999d", days(999'999'999), "999999999d"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    REQUIRE(parse_duration(row.text));
    CHECK(*parse_duration(row.text) == row.means);
    CHECK(to_text(row.means) == row.written);
    CHECK(*parse_duration(to_text(row.means)) == row.means);
  }
}

TEST_CASE("what is no duration is none") {
  for (const char* text :
       {"",   "6",  "h",  "0",     "-1h",  "+1h",  "1.5h",  "1 h",         "1h ", " 1h",
        "1H", "1w", "1y", "30m1h", "1h1h", "1h30", "1ms1s", "1000000000s", "1hm", "six"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a negative duration is shown as one, though nobody can write it") {
  CHECK(to_text(minutes(-90)) == "-1h30m");
  CHECK_FALSE(parse_duration("-1h30m"));
}

}  // namespace
}  // namespace recycled
