// Three days without FlexFactor: nothing is used up, nobody is hammered, and the end is no herd.
#include <algorithm>
#include <chrono>
#include <map>

#include <doctest/doctest.h>

#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::RecoveryState;

namespace {

Instant date(const char* text) { return *parse_instant(text); }

const Instant outage_begins = date("2026-03-01T12:00:00Z");
const Instant outage_ends = date("2026-03-04T12:00:00Z");

simulation::WorldSettings outage_of(simulation::Outage::Kind kind) {
  simulation::WorldSettings settings;
  settings.start = outage_begins;
  settings.rules = simulation::usual_rules();
  settings.outages = {{outage_begins, outage_ends, kind}};
  settings.pace = {32, 100, 5, 2s, 10min};
  settings.scan_batch = 500;
  return settings;
}

// Due on the day the outage begins and on the days after it, a third each.
void import_many(simulation::World& world, int count) {
  for (int index = 0; index < count; ++index) {
    const Instant last = date("2026-02-26T15:00:00Z") + (index % 3) * 24h;
    const std::string id = "S" + std::to_string(index);
    world.import(simulation::declined(id, "pending-" + id, last));
  }
}

std::vector<simulation::Call> hand_overs(const simulation::World& world, Instant from) {
  std::vector<simulation::Call> found;
  for (const simulation::Call& call : world.calls()) {
    if (call.at >= from && !call.order.empty()) found.push_back(call);
  }
  return found;
}

std::map<OrderId, Instant> deadlines(simulation::World& world, int count) {
  std::map<OrderId, Instant> found;
  for (int index = 0; index < count; ++index) {
    for (const auto& stored : world.recoveries("S" + std::to_string(index))) {
      found[stored.recovery.order] = stored.recovery.expires_at;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("L21: a three-day outage of 10000 hand-overs ends without a herd in order of deadline") {
  constexpr int count = 10'000;
  simulation::World world(outage_of(simulation::Outage::Kind::unreachable));
  import_many(world, count);
  world.live_until(outage_ends + 1h);  // one process: it has to notice by itself

  const auto left = hand_overs(world, outage_ends);
  CHECK(world.calls().size() - left.size() < 2'000);  // three days of a probe every few minutes
  CHECK(world.counts().recoveries[RecoveryState::waiting] == count);
  CHECK(world.statistics().orders == count);
  CHECK(left.size() == count);  // one call each
  const auto deadline = deadlines(world, count);
  CHECK(std::is_sorted(left.begin(), left.end(), [&](const auto& one, const auto& other) {
    return deadline.at(one.order) < deadline.at(other.order);
  }));
  std::map<std::int64_t, int> by_second;
  for (const simulation::Call& call : left) by_second[to_millis(call.at) / 1000] += 1;
  CHECK(by_second.begin()->second <= 20);  // slowly at first
  for (const auto& [second, calls] : by_second) CHECK(calls <= 111);
}

TEST_CASE("L21: an outage of 503s makes few hand-overs doubtful and loses the turn of no other") {
  constexpr int count = 600;
  simulation::World world(outage_of(simulation::Outage::Kind::error_503));
  import_many(world, count);
  world.live_until(outage_ends + 24h);
  const auto in_vain = std::count_if(world.calls().begin(), world.calls().end(),
                                     [](const auto& call) { return call.at < outage_ends; });
  CHECK(in_vain < 2'000);
  auto counts = world.counts();
  // Only what was in flight when it began was ever in doubt; those end as withdrawn, not charged.
  CHECK(counts.recoveries[RecoveryState::failed] <= 32);
  CHECK(counts.recoveries[RecoveryState::waiting] ==
        count - counts.recoveries[RecoveryState::failed]);
  CHECK(world.statistics().orders == counts.recoveries[RecoveryState::waiting]);
}

TEST_CASE("L21: a rest that begins while the queue is read ends all the same") {
  constexpr int count = 600;
  auto settings = outage_of(simulation::Outage::Kind::unreachable);
  settings.outages.clear();
  settings.provider.per_mille[flexfactor::SimulatedFault::error_5xx] = 600;
  settings.longest_turn = 50ms;
  simulation::World world(std::move(settings));
  import_many(world, count);
  world.live_until(outage_ends);
  CHECK(world.counts().recoveries[RecoveryState::intended] == 0);
  const auto paused = std::count_if(world.log().begin(), world.log().end(), [](const auto& line) {
    return line.find("provider.paused") != std::string::npos;
  });
  CHECK(paused > 10);
}

TEST_CASE("L21: killed in an outage - what was only queued is no more in doubt than before") {
  auto settings = outage_of(simulation::Outage::Kind::unreachable);
  settings.crashes.in = 5;
  simulation::World world(settings);
  import_many(world, 200);
  world.live_until(outage_ends);
  CHECK(world.crashes() > 0);
  // A process leaves in doubt what it was calling about, which in an outage is the one probe.
  CHECK(world.counts().recoveries[RecoveryState::unknown] <= world.crashes());
  world.calm();
  world.live_until(outage_ends + 2h);
  CHECK(world.counts().recoveries[RecoveryState::waiting] >= 200 - world.crashes());
}

TEST_CASE("L21: one account rests, and the other works on as if nothing were wrong") {
  auto settings = outage_of(simulation::Outage::Kind::unreachable);
  settings.outages[0].only = GatewayId("ff");
  auto& rules = settings.rules;
  rules.gateways[GatewayId("bank-2")] = {GatewayId("bank-2"), "card", std::nullopt};
  rules.gateways[GatewayId("ff-2")] = {GatewayId("ff-2"), "flexfactor", billing::FlexFactorTerms{}};
  rules.profiles.push_back(rules.profiles[0]);
  rules.profiles[1].id = ProfileId("p-2");
  rules.profiles[1].gateways = {GatewayId("bank-2")};
  rules.profiles[1].gateway_4_6 = GatewayId("ff-2");
  simulation::World world(settings);
  constexpr int count = 200;
  for (int index = 0; index < count; ++index) {
    const std::string id = "S" + std::to_string(index);
    auto subscription = simulation::declined(id, "pending-" + id, date("2026-02-20T15:00:00Z"));
    if (index % 2 == 1) subscription.gateway = GatewayId("bank-2");
    world.import(subscription);
  }
  world.live_until(outage_begins + 1h);
  std::map<GatewayId, int> made;
  std::map<GatewayId, Instant> last;
  for (const simulation::Call& call : hand_overs(world, outage_begins)) {
    made[call.gateway] += 1;
    last[call.gateway] = call.at;
  }
  CHECK(made[GatewayId("ff-2")] == count / 2);  // one call each
  CHECK(last[GatewayId("ff-2")] < outage_begins + 10s);
  CHECK(made[GatewayId("ff")] < 60);
  CHECK(world.statistics().orders == count / 2);
  world.live_until(outage_ends + 1h);
  CHECK(world.counts().recoveries[RecoveryState::waiting] == count);
  CHECK(world.statistics().orders == count);
}

TEST_CASE("L22: no outage and no quiet spell makes a supervisor lose its patience") {
  using Kind = simulation::Outage::Kind;
  for (const Kind kind : {Kind::unreachable, Kind::error_503, Kind::lost_unread}) {
    CAPTURE(static_cast<int>(kind));
    auto settings = outage_of(kind);
    settings.outages.front().until = outage_begins + 6h;
    settings.patience = 3min;
    settings.provider.per_mille[flexfactor::SimulatedFault::stall] = 300;
    simulation::World world(std::move(settings));
    import_many(world, 60);
    world.live_until(outage_begins + 12h);
    const auto& heard = world.signs_of_life();
    REQUIRE(heard.size() > 12 * 20);  // every three minutes at least
    CHECK(heard.front() == outage_begins);
    for (std::size_t index = 1; index < heard.size(); ++index) {
      CHECK(heard[index] - heard[index - 1] < 2min);  // of three
    }
  }
}
