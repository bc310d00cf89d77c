// New sales through the whole engine: re-run, lost, late, withdrawn, and never charged twice.
#include <chrono>

#include <doctest/doctest.h>

#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::RecoveryState;
using billing::SaleStatus;
using flexfactor::SimulatedFault;

namespace {

Instant date(const char* text) { return *parse_instant(text); }

simulation::WorldSettings calm() {
  return simulation::usual_settings(date("2026-03-01T12:00:00Z"), 1h, 48h);
}

billing::Sale sale_of(const std::string& id, const std::string& card) {
  return simulation::declined_sale(id, card, date("2026-02-28T12:00:00Z"));
}

}  // namespace

TEST_CASE("N1 N2: a re-run sale waits as a re-attempt does, and ends complete or declined") {
  auto settings = calm();
  simulation::World world(settings);
  for (const char* card : {"approve", "decline", "expire", "pending", "late"}) {
    world.import(sale_of(card, std::string(card) + "-1"));
    world.rerun(card);
  }
  world.live_until(settings.start + 40 * 24h);
  CHECK(world.sale("approve").sale.status == SaleStatus::complete);
  CHECK(world.sale("decline").sale.status == SaleStatus::declined);
  CHECK(world.sale("expire").sale.status == SaleStatus::declined);
  CHECK(world.sale("pending").sale.status == SaleStatus::declined);
  CHECK(world.statistics().double_charges == 0);
  for (const char* id : {"approve", "decline", "expire", "pending"}) {
    const auto recoveries = world.recoveries_of_sale(id);
    REQUIRE(recoveries.size() == 1);
    CHECK_FALSE(is_live(recoveries[0].recovery.state));
  }
}

TEST_CASE("X1: reruns and re-attempts side by side through faults and crashes - never twice") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    auto settings = calm();
    settings.seed = seed;
    settings.crashes.in = 20;
    for (const auto fault : {SimulatedFault::reset_after_read, SimulatedFault::error_5xx_after,
                             SimulatedFault::callback_lost, SimulatedFault::callback_twice}) {
      settings.provider.per_mille[fault] = 150;
    }
    simulation::World world(settings);
    constexpr int count = 12;
    for (int n = 0; n < count; ++n) {
      const std::string id = "O" + std::to_string(n);
      world.import(sale_of(id, n % 3 == 0 ? "decline-" + id : "approve-" + id));
      world.rerun(id);
      world.import(simulation::declined("S" + std::to_string(n), "approve-S" + id,
                                        date("2026-02-20T15:00:00Z")));
    }
    world.live_until(settings.start + 2h);
    world.calm();
    world.live_until(settings.start + 40 * 24h);
    CHECK(world.statistics().double_charges == 0);
    std::size_t recovered = 0;
    for (int n = 0; n < count; ++n) {
      const auto of_sale = world.recoveries_of_sale("O" + std::to_string(n));
      const auto of_subscription = world.recoveries("S" + std::to_string(n));
      for (const auto* all : {&of_sale, &of_subscription}) {
        for (const auto& one : *all) {
          CHECK_FALSE(is_live(one.recovery.state));
          if (one.recovery.state == RecoveryState::recovered) ++recovered;
        }
      }
      const bool paid = of_sale.back().recovery.state == RecoveryState::recovered;
      CHECK(world.sale("O" + std::to_string(n)).sale.status ==
            (paid ? SaleStatus::complete : SaleStatus::declined));
    }
    CHECK(world.charges().size() == recovered);
  }
}
