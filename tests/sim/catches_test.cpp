// The safety catches through the whole engine, crashes included.
#include <algorithm>
#include <chrono>
#include <vector>

#include <doctest/doctest.h>

#include "engine/pause.hpp"
#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::RecoveryState;

namespace {

Instant date(const char* text) { return *parse_instant(text); }

void import_many(simulation::World& world, const std::string& prefix, int count, const char* card) {
  for (int n = 0; n < count; ++n) {
    const std::string id = prefix + std::to_string(n);
    world.import(simulation::declined(id, card + id, date("2026-02-20T15:00:00Z")));
  }
}

std::int64_t hand_overs(const simulation::World& world, Instant from, Instant until) {
  return std::ranges::count_if(world.calls(), [&](const simulation::Call& call) {
    return !call.order.str().empty() && call.at >= from && call.at < until;
  });
}

std::size_t in_state(simulation::World& world, RecoveryState state) {
  std::size_t count = 0;
  world.look([&](ports::LedgerTx& tx) { count = tx.in_state(state, {}, 1000).size(); });
  return count;
}

}  // namespace

TEST_CASE("a day's ceiling holds through crashes, and a backlog comes home day by day") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    auto settings = simulation::usual_settings(date("2026-03-06T12:00:00Z"), 1h, 2h);
    settings.seed = seed;
    settings.crashes.in = 40;
    settings.rules.ceilings.day.count = 5;
    simulation::World world(settings);
    import_many(world, "S", 18, "approve-");
    // Over the weekend of the change to summer time, in New York's days.
    const std::vector<Instant> midnights{date("2026-03-06T05:00:00Z"), date("2026-03-07T05:00:00Z"),
                                         date("2026-03-08T05:00:00Z"), date("2026-03-09T04:00:00Z"),
                                         date("2026-03-10T04:00:00Z")};
    for (std::size_t day = 0; day + 1 < midnights.size(); ++day) {
      CAPTURE(day);
      world.live_until(midnights[day + 1] - 1ms);
      world.look([&](ports::LedgerTx& tx) {
        CHECK(tx.handed_over_since(midnights[day]).count == (day < 3 ? 5 : 3));
      });
      world.live_until(midnights[day + 1]);
    }
    world.calm();
    world.live_until(date("2026-03-20T12:00:00Z"));
    CHECK(in_state(world, RecoveryState::recovered) == 18);
    CHECK(world.statistics().double_charges == 0);
    CHECK(world.crashes() > 0);
  }
}

TEST_CASE(
    "the breaker stops what is queued for a gateway that refuses, and a person lets it go on") {
  auto settings = simulation::usual_settings(date("2026-03-01T12:00:00Z"), 1h, 2h);
  settings.rules.breaker = {20, 50, 100};
  settings.pace.in_flight = 2;
  simulation::World world(settings);
  import_many(world, "good", 3, "approve-");
  import_many(world, "bad", 60, "refuse-");
  world.live_until(date("2026-03-02T12:00:00Z"));
  // Ten refusals, and what was on its way beside the tenth.
  const auto parked = in_state(world, RecoveryState::parked);
  CHECK(parked >= 10);
  CHECK(parked <= 10 + 2);
  CHECK(in_state(world, RecoveryState::intended) == 60 - parked);
  CHECK(in_state(world, RecoveryState::recovered) == 3);
  const Instant tripped = world.now();
  world.live_until(date("2026-03-03T12:00:00Z"));
  CHECK(hand_overs(world, tripped, world.now()) == 0);
  world.look([&](ports::LedgerTx& tx) {
    CHECK(tx.backlog().waiting_for_person == static_cast<std::int64_t>(parked) + 1);
    engine::resume(tx, GatewayId("ff"), "alice", world.now());
  });
  // It still refuses, and so it trips again, after ten more.
  world.live_until(date("2026-03-04T12:00:00Z"));
  const auto more = in_state(world, RecoveryState::parked) - parked;
  CHECK(more >= 10);
  CHECK(more <= 10 + 2);
}
