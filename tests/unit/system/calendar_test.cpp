#include "system/calendar.hpp"

#include <doctest/doctest.h>

#include "base/ensure.hpp"

namespace recycled::system {
namespace {

std::unique_ptr<ZoneCalendar> zone(const std::string& name) {
  auto made = ZoneCalendar::make(name);
  REQUIRE(made.has_value());
  return std::move(*made);
}

Instant at(const char* text) {
  const auto parsed = parse_instant(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

CivilDate day(const char* text) {
  const auto parsed = parse_date(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

struct Start {
  const char* zone;
  const char* day;
  const char* instant;
};

}  // namespace

TEST_CASE("L9: a day starts at its first instant in every kind of zone") {
  const Start table[] = {
      {"America/New_York", "2026-11-23", "2026-11-23T05:00:00Z"},
      {"America/New_York", "2026-03-08", "2026-03-08T05:00:00Z"},  // clocks go forward at 02:00
      {"America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"},  // and back
      {"America/New_York", "2036-07-01", "2036-07-01T04:00:00Z"},  // far off, still summer time
      {"Asia/Kolkata", "2026-01-01", "2025-12-31T18:30:00Z"},
      {"Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z"},
      {"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"},
      {"UTC", "2024-02-29", "2024-02-29T00:00:00Z"},
      {"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"},  // midnight skipped: 01:00
      {"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},      // midnight skipped: 01:00
      {"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},    // midnight twice: the first
      {"America/Santiago", "2026-04-05", "2026-04-05T04:00:00Z"},  // 23:00 twice the day before
      {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},      // a day that never was
  };
  for (const Start& row : table) {
    CAPTURE(row.zone);
    CAPTURE(row.day);
    CHECK(to_iso8601(zone(row.zone)->start_of(day(row.day))) == row.instant);
  }
}

TEST_CASE("L9: an instant's day is the day of its zone at that instant") {
  const auto new_york = zone("America/New_York");
  CHECK(new_york->day_of(at("2026-11-23T04:59:59.999Z")) == day("2026-11-22"));
  CHECK(new_york->day_of(at("2026-11-23T05:00:00Z")) == day("2026-11-23"));
  CHECK(zone("Pacific/Kiritimati")->day_of(at("2026-11-22T10:00:00Z")) == day("2026-11-23"));
  // Before 1970, where division rounds the other way.
  CHECK(zone("UTC")->day_of(at("1969-12-31T23:59:59.999Z")) == day("1969-12-31"));
}

TEST_CASE("L9: a day and its start agree on every day of two years in zones with odd clocks") {
  for (const char* name : {"America/New_York", "America/Santiago", "Africa/Cairo", "Asia/Beirut",
                           "America/Havana", "Australia/Lord_Howe", "Africa/Casablanca"}) {
    CAPTURE(name);
    const auto calendar = zone(name);
    for (CivilDate today = day("2026-01-01"); today < day("2028-01-01");
         today = add_days(today, 1)) {
      const Instant start = calendar->start_of(today);
      REQUIRE(calendar->day_of(start) == today);
      REQUIRE(calendar->day_of(start - Millis(1)) == add_days(today, -1));
    }
  }
}

TEST_CASE("L9: adding days keeps the wall clock across both changes of it") {
  const auto new_york = zone("America/New_York");
  CHECK(new_york->add_days(at("2026-10-25T13:30:00.250Z"), 21) == at("2026-11-15T14:30:00.250Z"));
  CHECK(new_york->add_days(at("2026-03-01T14:30:00Z"), 21) == at("2026-03-22T13:30:00Z"));
  CHECK(new_york->add_days(at("2026-03-22T13:30:00Z"), -21) == at("2026-03-01T14:30:00Z"));
}

TEST_CASE("L9: a wall clock the target day skips becomes the jump and one it has twice the first") {
  const auto new_york = zone("America/New_York");
  CHECK(new_york->add_days(at("2026-03-07T07:30:00Z"), 1) == at("2026-03-08T07:00:00Z"));
  CHECK(new_york->add_days(at("2026-10-31T05:30:00Z"), 1) == at("2026-11-01T05:30:00Z"));
  // The second 01:30 of that night stays itself.
  CHECK(new_york->add_days(at("2026-11-01T06:30:00Z"), 0) == at("2026-11-01T06:30:00Z"));
}

TEST_CASE("a zone the machine does not know is refused by name") {
  for (const char* name : {"America/Gotham", "", "../../etc/passwd", "New York"}) {
    CAPTURE(name);
    const auto made = ZoneCalendar::make(name);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().fault == Fault::invalid);
    CHECK(made.error().message.find("\"" + std::string(name) + "\"") != std::string::npos);
  }
}

}  // namespace recycled::system
