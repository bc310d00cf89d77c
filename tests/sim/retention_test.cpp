// Months in which payloads are pruned after a few days: nobody is charged twice, nothing is lost,
// and `verify` knows what pruned looks like.
#include <chrono>
#include <map>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "sim/examined.hpp"
#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::RecoveryState;
using flexfactor::SimulatedFault;

namespace {

const Instant start = *parse_instant("2026-03-01T12:00:00Z");
constexpr int subscriptions = 40;

std::string name(int index) { return "S" + std::to_string(index); }

simulation::WorldSettings forgetful(std::uint64_t seed) {
  auto settings = simulation::usual_settings(start, 1h, 24h * 12);
  settings.seed = seed;
  settings.retention = std::chrono::days(2);
  settings.provider.approve_percent = 55;
  settings.provider.decline_percent = 25;
  for (const auto fault : {SimulatedFault::callback_late, SimulatedFault::callback_twice,
                           SimulatedFault::callback_early, SimulatedFault::callback_reordered,
                           SimulatedFault::callback_lost, SimulatedFault::error_5xx_after,
                           SimulatedFault::stall, SimulatedFault::reset_after_read}) {
    settings.provider.per_mille[fault] = 80;
  }
  settings.crashes.in = 8;
  return settings;
}

// The export repeats itself every night, and what has ended is in it.
void live(simulation::World& world) {
  std::vector<billing::Subscription> all;
  const char* const cards[] = {"tok-", "late-", "expire-", "pending-", "tok-"};
  for (int index = 0; index < subscriptions; ++index) {
    const Instant last = start - std::chrono::hours(24 * 4 - 9 * index);
    all.push_back(
        simulation::declined(name(index), cards[index % 5] + std::to_string(index), last));
  }
  for (int day = 1; day <= 70; ++day) {
    world.import(all);
    if (day == 45) world.calm();
    world.live_until(start + std::chrono::days(day));
  }
}

}  // namespace

TEST_CASE("X1 L26: with payloads pruned after two days nobody is charged twice, nothing is lost") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    const auto settings = forgetful(seed);
    simulation::World world(settings);
    live(world);
    CHECK(world.crashes() > 0);
    std::map<std::string, int> charged;
    for (const auto& charge : world.charges()) charged[charge.subscription.str()] += 1;
    CHECK(world.statistics().double_charges == 0);
    std::int64_t pruned = 0;
    for (int index = 0; index < subscriptions; ++index) {
      const std::string id = name(index);
      CAPTURE(id);
      CHECK(charged[id] <= 1);
      int paid = 0;
      for (const auto& past : world.recoveries(id)) {
        if (past.recovery.state == RecoveryState::recovered) ++paid;
        if (past.pruned_at) ++pruned;
      }
      CHECK(paid == charged[id]);
      CHECK(world.subscription(id).subscription.gateway == GatewayId("bank"));
    }
    CHECK(pruned > subscriptions / 2);
    CHECK(world.counts().pruned_callbacks > 0);
    simulation::check_ledger_is_clean(world, settings.rules);
  }
}

TEST_CASE("X1: verify finds a request that was pruned although it may be sent") {
  auto settings = simulation::usual_settings(start, 24h * 30, 24h * 31);
  simulation::World world(settings);
  world.import(simulation::declined("S", "pending-1", start - std::chrono::hours(24 * 3)));
  world.live_until(start + std::chrono::days(3));
  simulation::check_ledger_is_clean(world, settings.rules);
  SQLite::Database changed(world.ledger().file.string(), SQLite::OPEN_READWRITE);
  changed.exec(
      "DROP TRIGGER only_what_ended_is_pruned; UPDATE recovery SET pruned_at = 1;"
      " UPDATE request SET body = ''");
  const auto found = simulation::examined(world.ledger().file, settings.rules, world.now());
  CHECK(found.counts.at(report::Invariant::request_missing) == 1);
}
