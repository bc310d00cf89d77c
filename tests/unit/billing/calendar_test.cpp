#include "billing/calendar.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace recycled::billing {
namespace {

CivilDate day(const std::string& text) { return parse_date(text).value(); }
Interval every(const std::string& text) { return parse_interval(text).value(); }

// Bills on time, again and again: each success falls on the very day that was named.
std::vector<std::string> punctual(const std::string& first, const std::string& interval,
                                  std::size_t times) {
  std::vector<std::string> days{first};
  std::optional<int> anchor;
  while (days.size() <= times) {
    const NextBill next = next_bill(day(days.back()), every(interval), anchor);
    anchor = next.anchor_day;
    days.push_back(to_iso8601(next.on));
  }
  return days;
}

using Days = std::vector<std::string>;

TEST_CASE("L9: a billing day does not drift after a short month") {
  CHECK(punctual("2026-01-31", "1m", 4) ==
        Days{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"});
  CHECK(punctual("2024-01-31", "1m", 2) == Days{"2024-01-31", "2024-02-29", "2024-03-31"});
  CHECK(punctual("2026-01-30", "1m", 2) == Days{"2026-01-30", "2026-02-28", "2026-03-30"});
  CHECK(punctual("2024-01-30", "1m", 2) == Days{"2024-01-30", "2024-02-29", "2024-03-30"});
  CHECK(punctual("2026-08-31", "3m", 2) == Days{"2026-08-31", "2026-11-30", "2027-02-28"});
  CHECK(punctual("2026-10-31", "1m", 4) ==
        Days{"2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"});
  CHECK(punctual("2026-05-15", "1m", 2) == Days{"2026-05-15", "2026-06-15", "2026-07-15"});
  CHECK(punctual("2026-02-28", "1m", 2) == Days{"2026-02-28", "2026-03-28", "2026-04-28"});
}

TEST_CASE("L9: 29 February comes back every leap year") {
  CHECK(punctual("2024-02-29", "1y", 4) ==
        Days{"2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"});
  CHECK(punctual("2024-02-29", "12m", 4) == punctual("2024-02-29", "1y", 4));
  CHECK(punctual("2096-02-29", "1y", 4).back() == "2100-02-28");  // no leap year
}

TEST_CASE("days count from the success, and have no anchor") {
  CHECK(punctual("2026-01-31", "30d", 2) == Days{"2026-01-31", "2026-03-02", "2026-04-01"});
  CHECK(next_bill(day("2026-01-31"), every("30d"), 31) == NextBill{day("2026-03-02"), {}});
  CHECK(next_bill(day("2024-02-28"), every("1d"), {}).on == day("2024-02-29"));
}

TEST_CASE("a late recovery slides the schedule, and its own day becomes the anchor") {
  struct Row {
    const char* success;
    const char* interval;
    std::optional<int> anchor;
    const char* next;
    int stored;
  };
  const std::vector<Row> rows{
      {"2026-02-28", "1m", 31, "2026-03-31", 31},  // on time: the anchor holds
      {"2026-03-01", "1m", 31, "2026-04-01", 1},   // one day late
      {"2026-02-27", "1m", 31, "2026-03-27", 27},  // a day early is not the anchored day either
      {"2026-03-31", "1m", 31, "2026-04-30", 31},
      {"2026-03-30", "1m", 31, "2026-04-30", 30},
      {"2026-02-28", "1m", 28, "2026-03-28", 28},
      {"2026-02-28", "1m", 29, "2026-03-29", 29},
      {"2024-02-28", "1m", 29, "2024-03-28", 28},  // a leap year's 28th is early
      {"2024-02-29", "1m", 30, "2024-03-30", 30},
      {"2026-01-21", "1m", 1, "2026-02-21", 21},
      {"2025-03-01", "1y", 29, "2026-03-01", 1},
      {"2026-01-31", "1m", std::nullopt, "2026-02-28", 31}};
  for (const Row& row : rows) {
    CAPTURE(row.success);
    CAPTURE(row.anchor.value_or(0));
    const NextBill next = next_bill(day(row.success), every(row.interval), row.anchor);
    CHECK(to_iso8601(next.on) == row.next);
    CHECK(next.anchor_day == row.stored);
  }
}

}  // namespace
}  // namespace recycled::billing
