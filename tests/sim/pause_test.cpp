// The kill switch on a virtual clock: what is queued stays, what FlexFactor has comes home.
#include "engine/pause.hpp"

#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>

#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::RecoveryState;

namespace {

Instant date(const char* text) { return *parse_instant(text); }

simulation::WorldSettings settings_at(const char* start) {
  return simulation::usual_settings(date(start), 2h, 2h);
}

void pause(simulation::World& world) {
  const Instant now = world.now();
  world.look([now](ports::LedgerTx& tx) { engine::pause_all(tx, "alice", "", now); });
}

void resume(simulation::World& world) {
  const Instant now = world.now();
  world.look([now](ports::LedgerTx& tx) { engine::resume(tx, GatewayId(), "alice", now); });
}

std::int64_t hand_overs(const simulation::World& world) {
  return std::ranges::count_if(
      world.calls(), [](const simulation::Call& call) { return !call.order.str().empty(); });
}

}  // namespace

TEST_CASE("a pause: nothing new leaves, what has left comes home, and then all goes on") {
  auto settings = settings_at("2026-03-01T12:00:00Z");
  // Nobody can be reached from noon on, so that what is claimed then stays queued.
  settings.outages = {{date("2026-03-02T12:00:00Z"), date("2026-03-02T20:00:00Z"),
                       simulation::Outage::Kind::unreachable}};
  simulation::World world(settings);
  world.import(simulation::declined("home", "pending-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-02T13:00:00Z"));
  REQUIRE(world.recoveries("home").at(0).recovery.state == RecoveryState::waiting);
  world.import(simulation::declined("queued", "approve-2", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-02T16:00:00Z"));
  REQUIRE(world.recoveries("queued").at(0).recovery.state == RecoveryState::intended);
  pause(world);
  world.import(simulation::declined("later", "approve-3", date("2026-02-20T15:00:00Z")));
  const auto before = hand_overs(world);
  world.report("order.completed", "home");
  world.live_until(date("2026-03-04T00:00:00Z"));
  CHECK(hand_overs(world) == before);
  CHECK(world.recoveries("home").at(0).recovery.state == RecoveryState::recovered);
  CHECK(world.recoveries("queued").at(0).recovery.state == RecoveryState::intended);
  CHECK(world.recoveries("later").empty());
  resume(world);
  world.live_until(date("2026-03-06T00:00:00Z"));
  for (const char* id : {"queued", "later"}) {
    REQUIRE(world.recoveries(id).size() == 1);
    CHECK(world.recoveries(id)[0].recovery.state == RecoveryState::recovered);
  }
}

TEST_CASE("X1: a request in doubt is repeated in a pause too, and charged once") {
  auto settings = settings_at("2026-03-01T12:00:00Z");
  settings.outages = {{date("2026-03-01T12:00:00Z"), date("2026-03-01T14:00:00Z"),
                       simulation::Outage::Kind::lost_read}};
  simulation::World world(settings);
  world.import(simulation::declined("S", "approve-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-01T13:00:00Z"));
  REQUIRE(world.recoveries("S").at(0).recovery.state == RecoveryState::unknown);
  pause(world);
  const auto before = hand_overs(world);
  world.live_until(date("2026-03-02T12:00:00Z"));
  CHECK(hand_overs(world) > before);
  CHECK(world.recoveries("S").at(0).recovery.state == RecoveryState::recovered);
  CHECK(world.charges().size() == 1);
}

TEST_CASE("C1: a cascade in a pause is refused with that word and calls nobody") {
  auto settings = settings_at("2026-03-01T12:00:00Z");
  settings.rules.gateways.at(GatewayId("ff")).flexfactor->cascade_all = true;
  simulation::World world(settings);
  pause(world);
  billing::Sale sale;
  sale.id = SaleId("O");
  sale.gateway = GatewayId("bank");
  sale.amount.minor = 4995;
  sale.declined = simulation::declined("any", "approve-1", date("2026-03-01T12:00:00Z")).declined;
  sale.card.token = "approve-1";
  sale.payer.ip_address = "192.0.2.7";
  world.cascade(date("2026-03-01T12:30:00Z"), sale);
  world.live_until(date("2026-03-01T13:00:00Z"));
  const auto& answers = world.shop().answers().at("O");
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].result == "refused");
  CHECK(answers[0].reason == "paused");
  CHECK(hand_overs(world) == 0);
}
