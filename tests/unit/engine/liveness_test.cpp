// What a supervisor hears (lessons.md 22): progress, as often as its patience asks for.
#include "engine/liveness.hpp"

#include <chrono>

#include <doctest/doctest.h>

#include "engine/standing.hpp"

namespace recycled::engine {
namespace {

using std::chrono::seconds;

const Instant began = from_millis(1'000'000);
constexpr Millis patience = seconds(60);

}  // namespace

TEST_CASE("L22: progress is told, the passing of time is not") {
  Liveness liveness(patience, began);
  CHECK(liveness.ask_at() == began + seconds(30));
  liveness.asked(began + seconds(30));  // a question is no answer
  CHECK(liveness.ask_at() == began + seconds(60));
  CHECK(liveness.progressed(began + seconds(31)));
  CHECK(liveness.ask_at() == began + seconds(61));
}

TEST_CASE("L22: a busy loop is told of no more often than every quarter of the patience") {
  Liveness liveness(patience, began);
  int told = 0;
  Instant last = began;
  for (Millis passed{0}; passed < seconds(600); passed += Millis(10)) {
    if (!liveness.progressed(began + passed)) continue;
    CHECK(began + passed - last <= patience / 4);
    last = began + passed;
    ++told;
  }
  CHECK(told == 40);
}

TEST_CASE("L22: whoever answers each question within half the patience is never given up") {
  Liveness liveness(patience, began);
  Instant now = began;
  Instant told = began;
  for (int round = 0; round < 100; ++round) {
    if (round % 3 == 0) {  // something came due: it may be too early to tell
      now += seconds(1 + round % 14);
      if (liveness.progressed(now)) told = now;
    }
    now = std::max(now, liveness.ask_at());
    liveness.asked(now);
    now += seconds(29);
    REQUIRE(liveness.progressed(now));
    CHECK(now - told < patience);
    told = now;
  }
}

TEST_CASE("what the engine is at fits a line") {
  Tally tally;
  tally.claimed = 3;
  const std::string done = to_text(tally);
  Standing standing;
  CHECK(in_words(standing, tally) == "0 under way; since the start " + done);
  standing.is_paused = true;
  standing.under_way = 12;
  standing.resting = {GatewayId("ff"), GatewayId("ff-2")};
  CHECK(in_words(standing, tally) ==
        "paused; ff rests; ff-2 rests; 12 under way; since the start " + done);
}

}  // namespace recycled::engine
