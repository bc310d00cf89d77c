// Every event of flexfactor.md "Callbacks", from the signed request to the ledger.
#include <doctest/doctest.h>

#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::Reason;
using billing::RecoveryState;
using billing::SubscriptionStatus;
using ports::CallbackResult;

namespace {

const Instant start = *parse_instant("2026-03-01T12:00:00Z");

// A world in which one subscription has been handed over and FlexFactor is silent.
struct Waiting {
  Waiting() : world(calm()) {
    world.import(simulation::declined("S1", "pending-1", start - 10 * 24h));
    world.live_until(start + 1h);
    REQUIRE(recovery().state == RecoveryState::waiting);
  }
  static simulation::WorldSettings calm() {
    simulation::WorldSettings settings;
    settings.start = start;
    settings.rules = simulation::usual_rules();
    return settings;
  }
  void hear(const std::string& event) {
    world.report(event, "S1");
    world.live_until(world.now() + 1min);
  }
  billing::Recovery recovery() { return world.recoveries("S1").at(0).recovery; }
  ports::StoredSubscription subscription() { return world.subscription("S1"); }
  std::int64_t alarms(const std::string& reason) {
    std::int64_t count = 0;
    for (const auto& row : world.history("S1")) {
      count += row.event == "recovery.alarm" && row.reason == reason ? 1 : 0;
    }
    return count;
  }

  simulation::World world;
};

struct Row {
  const char* event;
  CallbackResult result;
  RecoveryState state;
  Reason reason;
  SubscriptionStatus status;
};

}  // namespace

TEST_CASE("callbacks: each event has its meaning for what waits") {
  using enum RecoveryState;
  const auto recycling = SubscriptionStatus::recycle_billing;
  const auto lost = SubscriptionStatus::recycle_failed;
  const auto applied = CallbackResult::applied;
  const Row rows[] = {
      {"order.completed", applied, recovered, Reason::none, SubscriptionStatus::active},
      {"order.expired", applied, failed, Reason::expired, lost},
      {"order.cancelled", applied, failed, Reason::cancelled_by_provider, lost},
      {"order.capturerequired", applied, parked, Reason::capture_required, recycling},
      {"challenge.created", applied, parked, Reason::challenge, recycling},
      {"order.refunded", applied, parked, Reason::problem, recycling},
      {"payment.chargeback.received", applied, parked, Reason::problem, recycling},
      {"payout.sent", CallbackResult::ignored, waiting, Reason::none, recycling},
      {"something.new", applied, parked, Reason::strange_reply, recycling},
  };
  for (const Row& row : rows) {
    CAPTURE(row.event);
    Waiting bench;
    bench.hear(row.event);
    CHECK(bench.recovery().state == row.state);
    CHECK(bench.recovery().reason == row.reason);
    CHECK(bench.subscription().subscription.status == row.status);
    CHECK(bench.subscription().subscription.gateway == GatewayId("bank"));
    CHECK(bench.subscription().subscription.cycle == (row.state == recovered ? 6 : 5));
    const auto callbacks = bench.world.callbacks("S1");
    REQUIRE(callbacks.size() == 1);
    CHECK(callbacks[0].result == row.result);
    CHECK(callbacks[0].event == row.event);
  }
}

TEST_CASE("callbacks: refund and chargeback flag a recovery and take it out of the revenue") {
  for (const std::string event : {"order.refunded", "payment.chargeback.received"}) {
    CAPTURE(event);
    const bool refund = event == "order.refunded";
    Waiting bench;
    bench.hear("order.completed");
    REQUIRE(bench.world.totals().size() == 1);
    bench.hear(event);
    CHECK(bench.recovery().state == RecoveryState::recovered);
    CHECK(bench.recovery().refunded == refund);
    CHECK(bench.recovery().charged_back == !refund);
    CHECK(bench.alarms(refund ? "refund" : "chargeback") == 1);
    CHECK(bench.world.totals().empty());
    REQUIRE(bench.world.returned().size() == 1);
    CHECK(bench.world.returned()[0].minor == bench.recovery().amount.minor);
    // The customer keeps what was delivered: the next cycle is a matter of its own.
    CHECK(bench.subscription().subscription.status == SubscriptionStatus::active);
    CHECK(bench.subscription().subscription.cycle == 6);
    // Told again, in whatever order, nothing changes and nobody is alarmed twice.
    const auto before = bench.recovery();
    bench.hear("order.completed");
    bench.hear(event);
    CHECK(bench.recovery() == before);
    CHECK(bench.alarms(refund ? "refund" : "chargeback") == 1);
    CHECK(bench.world.totals().empty());
    CHECK(bench.subscription().subscription.cycle == 6);
  }
}

TEST_CASE("callbacks: a refund that overtakes its success waits for it under a person's eyes") {
  Waiting bench;
  bench.hear("order.refunded");
  CHECK(bench.recovery().state == RecoveryState::parked);
  bench.hear("order.completed");
  CHECK(bench.recovery().state == RecoveryState::recovered);
  CHECK(bench.recovery().refunded);
  CHECK(bench.world.totals().empty());
}

TEST_CASE("L12 callbacks: a late failure after a success changes nothing but is asked about") {
  for (const char* event : {"order.expired", "order.cancelled"}) {
    CAPTURE(event);
    Waiting bench;
    bench.hear("order.completed");
    bench.hear(event);
    CHECK(bench.recovery().state == RecoveryState::recovered);
    CHECK(bench.subscription().subscription.cycle == 6);
    CHECK(bench.alarms("contradiction") >= 1);
  }
}

TEST_CASE("callbacks: a success after FlexFactor's own failure counts as late") {
  Waiting bench;
  bench.hear("order.expired");
  bench.hear("order.completed");
  CHECK(bench.recovery().state == RecoveryState::recovered);
  CHECK(bench.recovery().late);
  CHECK(bench.alarms("late_success") == 1);
  CHECK(bench.subscription().subscription.cycle == 6);
}
