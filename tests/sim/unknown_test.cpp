// A hand-over that was not answered: each way of learning its fate, with the connection lost
// before, during and after FlexFactor read the request. Charged once at most, and every charge
// known.
#include <chrono>
#include <map>

#include <doctest/doctest.h>

#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::RecoveryState;
using billing::WhenUnknown;
using flexfactor::SimulatedFault;

namespace {

Instant date(const char* text) { return *parse_instant(text); }

using Kind = simulation::Outage::Kind;

simulation::WorldSettings settings_of(WhenUnknown policy, Kind kind) {
  simulation::WorldSettings settings =
      simulation::usual_settings(date("2026-03-01T12:00:00Z"), 2h, 2h);
  settings.rules.when_unknown = policy;
  settings.outages = {{settings.start, settings.start + 1s, kind}};
  return settings;
}

// The first hand-over is lost; from the second second on all is well.
RecoveryState live(simulation::World& world) {
  world.import(simulation::declined("S1", "approve-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-05T12:00:00Z"));
  CHECK(world.statistics().double_charges == 0);
  const auto recoveries = world.recoveries("S1");
  REQUIRE(recoveries.size() == 1);
  CHECK(recoveries[0].recovery.sending == 1);  // never a new key
  const bool recovered = recoveries[0].recovery.state == RecoveryState::recovered;
  CHECK(world.charges().size() == (recovered ? 1 : 0));
  return recoveries[0].recovery.state;
}

// How many requests of each endpoint got through to FlexFactor.
std::int64_t calls(const simulation::World& world, const char* endpoint) {
  const auto counted = world.statistics().calls;
  const auto found = counted.find(endpoint);
  return found == counted.end() ? 0 : found->second;
}

}  // namespace

TEST_CASE("unknown: repeat - read or not, the same bytes bring the answer") {
  for (const Kind kind : {Kind::lost_unread, Kind::lost_read}) {
    simulation::World world(settings_of(WhenUnknown::repeat, kind));
    CHECK(live(world) == RecoveryState::recovered);
    CHECK(world.statistics().orders == 1);
    CHECK(calls(world, "orders") == 0);
  }
}

TEST_CASE("unknown: look_up - read: found in the list and nothing is repeated") {
  simulation::World world(settings_of(WhenUnknown::look_up, Kind::lost_read));
  CHECK(live(world) == RecoveryState::recovered);
  CHECK(world.statistics().orders == 1);
  CHECK(calls(world, "orders") >= 1);
  CHECK(calls(world, "evaluate") == 1);
}

// A sync account works on nothing by itself: whoever only waits for it loses the re-attempt.
TEST_CASE("unknown: a sync account goes on being asked after a lost reply, whatever the policy") {
  for (const auto policy : {WhenUnknown::repeat, WhenUnknown::look_up}) {
    for (const Kind kind : {Kind::lost_unread, Kind::lost_read}) {
      auto settings = settings_of(policy, kind);
      settings.rules.gateways[GatewayId("ff")].flexfactor->mit = billing::MitMode::sync;
      settings.provider.mode = billing::MitMode::sync;
      simulation::World world(settings);
      world.import(simulation::declined("S1", "decline-1", date("2026-02-20T15:00:00Z")));
      world.live_until(settings.start + 30 * 24h);
      const auto recovery = world.recoveries("S1").at(0).recovery;
      CHECK(recovery.state == RecoveryState::failed);
      CHECK(recovery.sending == 21);
      CHECK(world.statistics().orders == 1);
    }
  }
}

TEST_CASE("unknown: a sync account whose key grew old in an outage - open there means not now") {
  for (const auto policy : {WhenUnknown::repeat, WhenUnknown::look_up}) {
    auto settings = settings_of(policy, Kind::lost_read);
    settings.rules.gateways[GatewayId("ff")].flexfactor->mit = billing::MitMode::sync;
    settings.provider.mode = billing::MitMode::sync;
    const auto start = settings.start;
    settings.outages = {{start + 12h, start + 25h, Kind::lost_read},  // the second question's reply
                        {start + 25h, start + 72h, Kind::unreachable}};
    simulation::World world(settings);
    world.import(simulation::declined("S1", "decline-1", date("2026-02-20T15:00:00Z")));
    world.live_until(start + 30 * 24h);
    const auto recovery = world.recoveries("S1").at(0).recovery;
    CHECK(recovery.state == RecoveryState::failed);
    CHECK(world.statistics().orders == 1);
    CHECK(recovery.sending == 19);  // two days of the 21 were lost to the outage
    CHECK(calls(world, "evaluate") < 40);
  }
}

TEST_CASE("unknown: look_up - not read: not in the list, and the same bytes follow") {
  simulation::World world(settings_of(WhenUnknown::look_up, Kind::lost_unread));
  CHECK(live(world) == RecoveryState::recovered);
  CHECK(world.statistics().orders == 1);
  CHECK(calls(world, "orders") >= 1);
}

TEST_CASE("L21 unknown: look_up - each page of a long list is a call of the gateway's rate") {
  auto settings = settings_of(WhenUnknown::look_up, Kind::lost_read);
  settings.outages[0].until = settings.start + 5s;
  settings.provider.quirks.largest_page = 1;
  settings.pace.per_second = 5;
  simulation::World world(settings);
  for (int index = 0; index < 40; ++index) {
    const std::string id = "S" + std::to_string(index);
    world.import(simulation::declined(id, "approve-" + id, date("2026-02-20T15:00:00Z")));
  }
  world.live_until(settings.start + 1h);
  CHECK(world.statistics().orders == 40);
  CHECK(world.statistics().double_charges == 0);
  std::map<std::int64_t, int> by_second;
  std::int64_t pages = 0;
  for (const simulation::Call& call : world.calls()) {
    by_second[to_millis(call.at) / 1000] += 1;
    if (call.target.find("pageNumber=") != std::string::npos) ++pages;
  }
  CHECK(pages > 20);
  CHECK(pages < 40);  // one reading for the 25 that are missing: each by itself would be 300
  for (const auto& [second, calls] : by_second) {
    CAPTURE(second);
    CHECK(calls <= 6);  // one that began late in the second before, or a token
  }
}

// Everything else that FlexFactor gets meanwhile is in its list too.
TEST_CASE("unknown: look_up - their list is read no further than the request may have left") {
  auto settings = simulation::usual_settings(date("2026-03-01T12:00:00Z"), 60h, 60h);
  settings.rules.when_unknown = WhenUnknown::look_up;
  settings.outages = {{settings.start, settings.start + 100ms, Kind::lost_read},
                      {settings.start + 100ms, settings.start + 50h, Kind::unreachable}};
  simulation::World world(settings);
  CHECK(live(world) == RecoveryState::recovered);
  CHECK(calls(world, "evaluate") == 1);
  int pages = 0;
  for (const simulation::Call& call : world.calls()) {
    const auto to = call.target.find("&to=");
    if (to == std::string::npos || call.at < settings.start + 50h) continue;
    ++pages;
    CAPTURE(call.target);
    CHECK(call.target.substr(to + 4, 13) <= "2026-03-01T14");
  }
  CHECK(pages >= 1);
}

TEST_CASE("unknown: look_up - the list does not show our ids: the same bytes follow") {
  auto settings = settings_of(WhenUnknown::look_up, Kind::lost_read);
  settings.provider.quirks.shows_external_id = false;
  simulation::World world(settings);
  CHECK(live(world) == RecoveryState::recovered);
  CHECK(world.statistics().orders == 1);
  CHECK(calls(world, "evaluate") >= 2);
}

// What one look for all of them cannot tell, each is asked about alone; then the same bytes follow.
TEST_CASE("unknown: look_up - several are missing, and the list does not show our ids") {
  auto settings = settings_of(WhenUnknown::look_up, Kind::lost_read);
  settings.outages[0].until = settings.start + 5s;
  settings.provider.quirks.shows_external_id = false;
  simulation::World world(settings);
  for (int index = 0; index < 5; ++index) {
    const std::string id = "S" + std::to_string(index);
    world.import(simulation::declined(id, "approve-" + id, date("2026-02-20T15:00:00Z")));
  }
  world.live_until(date("2026-03-05T12:00:00Z"));
  CHECK(world.statistics().orders == 5);
  CHECK(world.statistics().double_charges == 0);
  CHECK(world.charges().size() == 5);
  CHECK(calls(world, "evaluate") >= 10);
}

TEST_CASE("unknown: withdraw - read or not, the order is given up by our own id") {
  for (const Kind kind : {Kind::lost_unread, Kind::lost_read}) {
    simulation::World world(settings_of(WhenUnknown::withdraw, kind));
    CHECK(live(world) == RecoveryState::failed);
    CHECK(world.recoveries("S1")[0].recovery.reason == billing::Reason::unresolved);
    CHECK(calls(world, "orders/{id}/external-cancel") >= 1);
    CHECK(calls(world, "evaluate") == (kind == Kind::lost_read ? 1 : 0));
  }
}

TEST_CASE(
    "L10 unknown: the customer leaves a hand-over that never arrived - it is not sent again") {
  for (const auto policy : {WhenUnknown::repeat, WhenUnknown::look_up, WhenUnknown::withdraw}) {
    for (const auto mit : {billing::MitMode::managed, billing::MitMode::sync}) {
      for (const int code : {404, 422}) {  // 422: a wrong guess of how an unknown order is answered
        CAPTURE(code);
        auto settings = settings_of(policy, Kind::lost_unread);
        settings.rules.gateways[GatewayId("ff")].flexfactor->mit = mit;
        settings.rules.timing.first_backoff = 1h;  // the customer is faster than the next try
        settings.provider.mode = mit;
        settings.provider.quirks.unknown_order_code = code;
        settings.outages[0].until = settings.start + 2h;
        simulation::World world(settings);
        auto subscription = simulation::declined("S1", "approve-1", date("2026-02-20T15:00:00Z"));
        world.import(subscription);
        world.live_until(settings.start + 1s);
        subscription.status = billing::SubscriptionStatus::cancelled;
        world.import(subscription);
        world.live_until(settings.start + 72h);
        CHECK(world.charges().empty());
        CHECK(calls(world, "evaluate") == 0);
        const auto state = world.recoveries("S1").at(0).recovery.state;
        CHECK(state == (code == 404 ? RecoveryState::withdrawn : RecoveryState::parked));
      }
    }
  }
}

TEST_CASE("unknown: no connection at all leaves no doubt whatever the policy") {
  for (const auto policy : {WhenUnknown::repeat, WhenUnknown::look_up, WhenUnknown::withdraw}) {
    simulation::World world(settings_of(policy, Kind::unreachable));
    CHECK(live(world) == RecoveryState::recovered);
    CHECK(calls(world, "evaluate") == 1);
  }
}

TEST_CASE("unknown: every policy through storms of stalls, resets and crashes - never twice") {
  for (const auto policy : {WhenUnknown::repeat, WhenUnknown::look_up, WhenUnknown::withdraw}) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(seed);
      auto settings = settings_of(policy, Kind::lost_read);
      settings.seed = seed;
      settings.crashes.in = 50;
      for (const auto fault : {SimulatedFault::stall, SimulatedFault::reset_after_read,
                               SimulatedFault::error_5xx_after, SimulatedFault::callback_lost}) {
        settings.provider.per_mille[fault] = 250;
      }
      simulation::World world(settings);
      live(world);
    }
  }
}
