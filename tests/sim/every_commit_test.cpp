// One small life with a bit of everything, lived again and again: the process dies at the first
// commit, at the second, and so on to the last one; before it, in the middle of it or after it, in
// turn. Each of them at each commit (scripts/check):
//   RECYCLED_EVERY_DEATH=1 build/asan/tests/sim -tc="*each of its commits*"
#include <chrono>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "sim/examined.hpp"
#include "sim/usual.hpp"
#include "system/terminal.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using simulation::Death;

namespace {

Instant start() { return *parse_instant("2026-03-04T12:00:00Z"); }

billing::Subscription customer(const std::string& card) {
  return simulation::declined(card, card, start() - std::chrono::days(4));
}

simulation::WorldSettings settings() {
  auto made = simulation::usual_settings(start(), 1h, 1h);
  made.zone = "UTC";
  made.scan_every = std::chrono::days(1);  // what is due wakes it; nothing comes meanwhile
  made.rules.gateways.at(GatewayId("ff")).flexfactor->expiry_days = 1;
  made.rules.timing.grace = 1h;
  made.rules.timing.last_look = 3h;
  made.rules.timing.first_inquiry = 12h;  // few commits, each of them another
  made.rules.timing.longest_inquiry = 12h;
  made.provider.late_after = 2h;
  made.provider.approve_percent = 100;
  // The first hand-overs arrive, and their answers do not.
  made.outages = {{start(), start() + 1min, simulation::Outage::Kind::lost_read, std::nullopt}};
  made.unanswered = simulation::Unanswered::repeated;
  return made;
}

const char* const cards[] = {"tok-1", "decline-1", "late-1", "pending-1", "tok-leaves"};

// A callback, an answer at once, a late success, an order without a word, a customer who leaves,
// and a shopper.
void live(simulation::World& world) {
  for (const char* const card : cards) world.import(customer(card));
  const Instant comes = start() + 20min;
  world.cascade(comes, simulation::declined_sale("O-1", "approve-o", comes));
  world.live_until(start() + 30min);
  auto leaving = customer("tok-leaves");
  leaving.status = billing::SubscriptionStatus::cancelled;
  world.import(leaving);
  world.live_until(start() + 30h);
}

std::map<std::string, int> charged(const simulation::World& world) {
  std::map<std::string, int> count;
  for (const auto& charge : world.charges()) {
    ++count[charge.subscription.empty() ? "O-1" : charge.subscription.str()];
  }
  return count;
}

std::string end_of(simulation::World& world, const std::string& id) {
  const auto past = world.recoveries(id);
  return past.size() == 1 ? std::string(to_text(past[0].recovery.state)) : "not one recovery";
}

void check_world(simulation::World& world) {
  const std::map<std::string, std::string> ends{{"tok-1", "recovered"},
                                                {"decline-1", "failed"},
                                                {"late-1", "recovered"},
                                                {"pending-1", "failed"}};
  auto count = charged(world);
  for (const auto& [id, end] : ends) {
    CAPTURE(id);
    CHECK(end_of(world, id) == end);
    CHECK(count[id] == (end == "recovered" ? 1 : 0));
    CHECK(world.subscription(id).subscription.gateway == GatewayId("bank"));
  }
  // The shopper has one answer, and pays if it was a yes. Who leaves may be charged before that.
  const bool left_in_time = end_of(world, "tok-leaves") == "withdrawn";
  CHECK(count["tok-leaves"] == (left_in_time ? 0 : 1));
  const auto cascades = world.recoveries_of_sale("O-1");
  REQUIRE(cascades.size() <= 1);
  if (cascades.empty()) {
    CHECK(count["O-1"] == 0);
  } else {
    const bool is_yes = cascades[0].recovery.told == billing::Reason::none;
    CHECK((cascades[0].recovery.refunded || count["O-1"] == (is_yes ? 1 : 0)));
  }
  for (const auto& [state, waiting] : world.counts().deliveries) {
    CHECK(state == ports::DeliveryState::delivered);
  }
}

}  // namespace

TEST_CASE("X1: a life dies at each of its commits in turn - and comes right each time") {
  simulation::World undisturbed(settings());
  live(undisturbed);
  check_world(undisturbed);
  const std::int64_t commits = undisturbed.commits();
  CHECK(commits > 150);
  const Death deaths[] = {Death::before_commit, Death::in_commit, Death::after_commit};
  const bool is_each = system::environment("RECYCLED_EVERY_DEATH").has_value();
  for (std::int64_t commit = 1; commit <= commits; ++commit) {
    for (const Death death : deaths) {
      if (!is_each && death != deaths[commit % 3]) continue;
      CAPTURE(to_text(death));
      CAPTURE(commit);
      auto dying = settings();
      dying.dies = {commit, death};
      simulation::World world(dying);
      live(world);
      CHECK(world.crashes() == 1);
      check_world(world);
      if (commit % 20 == 0) simulation::check_ledger_is_clean(world, dying.rules);
    }
  }
}
