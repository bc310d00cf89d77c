// However much is refused, the log grows by a bounded number of lines, and none is uncounted.
#include "reception/refusals.hpp"

#include <chrono>
#include <vector>

#include <doctest/doctest.h>

namespace recycled {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct SetClock final : ports::Clock {
  Instant at = *parse_instant("2026-11-23T12:00:00Z");
  Instant now() const override { return at; }
};

struct Lines final : ports::Events {
  std::vector<ports::Event> lines;
  void note(const ports::Event& event) override { lines.push_back(event); }
  // Those that were told, singly or together.
  std::int64_t told() const {
    std::int64_t sum = 0;
    for (const auto& line : lines) sum += line.count.value_or(1);
    return sum;
  }
};

void refuse(Refusals& refusals, int times) {
  ports::Event event(ports::EventName::callback_refused);
  event.reason = "wrong_signature: none of the keys";
  for (int index = 0; index < times; ++index) refusals.note(event);
}

TEST_CASE("refusals: so many a minute are told one by one, the others with the next minute") {
  SetClock clock;
  Lines log;
  Refusals refusals(clock, log);
  refuse(refusals, 60);
  CHECK(log.lines.size() == 60);
  refuse(refusals, 100'000);
  clock.at += seconds(59);
  refuse(refusals, 1);
  CHECK(log.lines.size() == 60);
  clock.at += seconds(1);
  refuse(refusals, 1);
  REQUIRE(log.lines.size() == 62);
  CHECK(log.lines[60].name == ports::EventName::callback_refused);
  CHECK(log.lines[60].count == 100'001);
  CHECK_FALSE(log.lines[61].count.has_value());
  CHECK(log.told() == 100'062);
}

TEST_CASE("refusals: what was not told singly is told at the end") {
  SetClock clock;
  Lines log;
  {
    Refusals refusals(clock, log);
    refuse(refusals, 61);
  }
  CHECK(log.lines.size() == 61);
  CHECK(log.told() == 61);
}

TEST_CASE("refusals: a few are a few lines, and a clock that is set back holds nothing up") {
  SetClock clock;
  Lines log;
  {
    Refusals refusals(clock, log);
    refuse(refusals, 2);
    clock.at += minutes(5);
    refuse(refusals, 2);
    clock.at -= std::chrono::hours(2);
    refuse(refusals, 60);
  }
  CHECK(log.lines.size() == 64);
  CHECK(log.told() == 64);
}

}  // namespace
}  // namespace recycled
