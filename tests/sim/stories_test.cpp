// Single stories on a virtual clock: what a merchant sees after days and weeks.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "sim/usual.hpp"
#include "support/forwarding_provider.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::RecoveryState;
using billing::SubscriptionStatus;

namespace {

Instant date(const char* text) { return *parse_instant(text); }

simulation::WorldSettings calm_settings(const char* start) {
  return simulation::usual_settings(date(start), 2h, 2h);
}

std::string next_bill(simulation::World& world, const std::string& id) {
  const auto on = world.subscription(id).subscription.next_bill_on;
  return on ? to_iso8601(*on) : "none";
}

}  // namespace

TEST_CASE("B2 B4: due - handed over - approved - next cycle at the gateway that had declined") {
  simulation::World world(calm_settings("2026-03-01T12:00:00Z"));
  world.import(simulation::declined("S1", "approve-1", date("2026-03-01T15:00:00Z")));
  world.live_until(date("2026-03-04T04:59:00Z"));
  CHECK(world.recoveries("S1").empty());  // due on the 4th, and New York is still in the 3rd
  world.live_until(date("2026-03-06T00:00:00Z"));
  const auto stored = world.subscription("S1");
  CHECK(stored.subscription.status == SubscriptionStatus::active);
  CHECK(stored.subscription.cycle == 6);
  CHECK(stored.subscription.gateway == GatewayId("bank"));
  CHECK(stored.subscription.card.token == "approve-1");
  CHECK_FALSE(stored.subscription.declined.has_value());
  CHECK(stored.subscription.price.minor == 8995);
  CHECK(next_bill(world, "S1") == "2026-04-04");
  REQUIRE(world.charges().size() == 1);
  CHECK(world.charges()[0].amount.minor == 8095);  // the price less the reduction of re-attempt 4
}

TEST_CASE("B5 B6: declined at FlexFactor - Recycle Failed - gateway back - never tried again") {
  simulation::World world(calm_settings("2026-03-01T12:00:00Z"));
  world.import(simulation::declined("S1", "decline-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-05-01T00:00:00Z"));
  const auto stored = world.subscription("S1");
  CHECK(stored.subscription.status == SubscriptionStatus::recycle_failed);
  CHECK(stored.fail_reason == "declined");
  CHECK(stored.subscription.cycle == 5);
  CHECK(stored.subscription.gateway == GatewayId("bank"));
  CHECK(world.recoveries("S1").size() == 1);
  CHECK(world.charges().empty());
}

TEST_CASE(
    "B3 B5: no word at all - inquiries to the end - grace - cancel - Recycle Failed: expired") {
  simulation::World world(calm_settings("2026-03-01T12:00:00Z"));
  world.import(simulation::declined("S1", "pending-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-22T11:00:00Z"));
  CHECK(world.recoveries("S1").at(0).recovery.state == RecoveryState::waiting);
  world.live_until(date("2026-03-22T15:00:00Z"));  // 21 civil days later, DST between
  CHECK(world.recoveries("S1").at(0).recovery.state == RecoveryState::grace);
  world.live_until(date("2026-03-22T20:00:00Z"));
  const auto recovery = world.recoveries("S1").at(0).recovery;
  CHECK(recovery.state == RecoveryState::failed);
  CHECK(recovery.reason == billing::Reason::expired);
  CHECK(world.subscription("S1").subscription.status == SubscriptionStatus::recycle_failed);
  CHECK(world.statistics().cancelled == 1);  // withdrawn at FlexFactor too
}

TEST_CASE("a success after expiry is accepted with an alarm - and charged once") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.provider.late_after = 12h;  // after the grace and the cancel
  simulation::World world(std::move(settings));
  world.import(simulation::declined("S1", "late-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-22T20:00:00Z"));
  CHECK(world.subscription("S1").subscription.status == SubscriptionStatus::recycle_failed);
  world.live_until(date("2026-03-25T00:00:00Z"));
  const auto recovery = world.recoveries("S1").at(0).recovery;
  CHECK(recovery.state == RecoveryState::recovered);
  CHECK(recovery.late);
  CHECK(world.subscription("S1").subscription.status == SubscriptionStatus::active);
  CHECK(world.subscription("S1").subscription.cycle == 6);
  CHECK(world.history("S1").back().reason == "late_success");
  CHECK(world.charges().size() == 1);
}

TEST_CASE("late_success hold: a person decides") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.rules.late_success = billing::LateSuccess::hold;
  simulation::World world(std::move(settings));
  world.import(simulation::declined("S1", "late-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-25T00:00:00Z"));
  CHECK(world.recoveries("S1").at(0).recovery.state == RecoveryState::parked);
  CHECK(world.subscription("S1").subscription.status == SubscriptionStatus::recycle_failed);
}

TEST_CASE("L9: month ends keep their anchor and a late recovery slides the schedule") {
  struct Row {
    const char* start;
    int anchor;
    const char* next;
    int next_anchor;
  };
  const Row rows[] = {
      {"2026-01-31T12:00:00Z", 31, "2026-02-28", 31},  // on its day
      {"2026-02-28T12:00:00Z", 31, "2026-03-31", 31},  // on the clamped day: back to the 31st
      {"2026-02-05T12:00:00Z", 31, "2026-03-05", 5},   // late: slides
  };
  for (const Row& row : rows) {
    CAPTURE(row.start);
    simulation::World world(calm_settings(row.start));
    auto subscription = simulation::declined("S1", "approve-1", date(row.start) - 10 * 24h);
    subscription.anchor_day = row.anchor;
    world.import(subscription);
    world.live_until(date(row.start) + 6h);
    CHECK(next_bill(world, "S1") == row.next);
    CHECK(world.subscription("S1").subscription.anchor_day == row.next_anchor);
  }
}

TEST_CASE("the final cycle ends the subscription") {
  simulation::World world(calm_settings("2026-03-01T12:00:00Z"));
  auto subscription = simulation::declined("S1", "approve-1", date("2026-02-20T15:00:00Z"));
  subscription.final_cycle = 5;
  world.import(subscription);
  world.live_until(date("2026-03-03T00:00:00Z"));
  CHECK(world.subscription("S1").subscription.status == SubscriptionStatus::complete);
  CHECK(next_bill(world, "S1") == "none");
}

TEST_CASE("hold_recycle_price: the discounted amount becomes the price") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.rules.profiles[0].hold_recycle_price = true;
  simulation::World world(std::move(settings));
  world.import(simulation::declined("S1", "approve-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-03T00:00:00Z"));
  CHECK(world.subscription("S1").subscription.price.minor == 8095);
}

TEST_CASE("L10: the customer cancels while FlexFactor has it") {
  simulation::World world(calm_settings("2026-03-01T12:00:00Z"));
  auto subscription = simulation::declined("S1", "pending-1", date("2026-02-20T15:00:00Z"));
  world.import(subscription);
  world.live_until(date("2026-03-05T00:00:00Z"));
  subscription.status = SubscriptionStatus::cancelled;
  world.import(subscription);
  world.live_until(date("2026-03-06T00:00:00Z"));
  CHECK(world.recoveries("S1").at(0).recovery.state == RecoveryState::withdrawn);
  CHECK(world.subscription("S1").subscription.status == SubscriptionStatus::cancelled);
  CHECK(world.subscription("S1").subscription.gateway == GatewayId("bank"));
  CHECK(world.statistics().cancelled == 1);
}

// While its first inquiry is under way something happens, and the inquiry is not answered.
class Overtaken final : public testing::ForwardingProvider {
 public:
  Overtaken(ports::Provider& provider, std::function<void()>& meanwhile)
      : ForwardingProvider(provider), meanwhile_(meanwhile) {}

  async::Task<ports::InquiryReply> inquire(ProviderOrderId order) override {
    auto reply = co_await provider_.inquire(std::move(order));
    if (!meanwhile_) co_return reply;
    std::exchange(meanwhile_, nullptr)();
    ports::InquiryReply none;
    none.service = ports::Service::unavailable;
    co_return none;
  }

 private:
  std::function<void()>& meanwhile_;
};

TEST_CASE("L10: the customer cancels while FlexFactor is asked in vain - it is cancelled at once") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.rules.timing.first_backoff = 24h;  // of an inquiry that is not answered
  std::function<void()> meanwhile;
  settings.wraps.provider = [&meanwhile](ports::Provider& provider) {
    return std::make_unique<Overtaken>(provider, meanwhile);
  };
  simulation::World world(settings);
  auto subscription = simulation::declined("S1", "pending-1", date("2026-02-20T15:00:00Z"));
  world.import(subscription);
  subscription.status = SubscriptionStatus::cancelled;
  std::optional<Instant> left;
  meanwhile = [&] {
    left = world.now();
    world.import(subscription);
  };
  world.live_until(date("2026-03-06T00:00:00Z"));
  REQUIRE(left);
  std::vector<Instant> cancels;
  for (const simulation::Call& call : world.calls()) {
    if (call.target.find("cancel") != std::string::npos) cancels.push_back(call.at);
  }
  REQUIRE(cancels.size() == 1);
  CHECK(cancels.front() - *left < 1min);
  CHECK(world.recoveries("S1").at(0).recovery.state == RecoveryState::withdrawn);
}

TEST_CASE("a sync account is asked again each day under a new key until it approves or expires") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.rules.gateways[GatewayId("ff")].flexfactor->mit = billing::MitMode::sync;
  settings.provider.mode = billing::MitMode::sync;
  simulation::World world(std::move(settings));
  world.import(simulation::declined("S1", "decline-1", date("2026-02-20T15:00:00Z")));
  for (int day = 1; day <= 22; ++day) {  // restarted every night
    world.live_until(date("2026-03-01T23:00:00Z") + day * 24h);
  }
  const auto recovery = world.recoveries("S1").at(0).recovery;
  CHECK(recovery.state == RecoveryState::failed);
  CHECK(recovery.reason == billing::Reason::expired);
  CHECK(recovery.sending == 21);
  CHECK(world.statistics().orders == 1);
}

TEST_CASE("L21: a three-day outage uses up nothing and everything is handed over after it") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.outages = {{date("2026-03-01T12:00:00Z"), date("2026-03-04T12:00:00Z")}};
  simulation::World world(std::move(settings));
  for (int index = 0; index < 40; ++index) {
    const std::string id = "S" + std::to_string(index);
    world.import(simulation::declined(id, "approve-" + id, date("2026-02-20T15:00:00Z")));
  }
  world.live_until(date("2026-03-04T11:59:00Z"));
  CHECK(world.charges().empty());
  world.live_until(date("2026-03-05T12:00:00Z"));
  CHECK(world.charges().size() == 40);
  CHECK(world.statistics().double_charges == 0);
}

TEST_CASE("an outage longer than expiry_days frees the cycle and a second round hands it over") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.rules.gateways[GatewayId("ff")].flexfactor->expiry_days = 1;
  settings.outages = {{date("2026-03-01T12:00:00Z"), date("2026-03-04T12:00:00Z")}};
  simulation::World world(std::move(settings));
  world.import(simulation::declined("S1", "approve-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-06T12:00:00Z"));
  const auto recoveries = world.recoveries("S1");
  REQUIRE(recoveries.size() >= 2);
  CHECK(recoveries.front().recovery.state == RecoveryState::released);
  CHECK(recoveries.back().recovery.state == RecoveryState::recovered);
  CHECK(world.charges().size() == 1);
}

TEST_CASE("S2: expiry_days of the gateway is what is sent and waited") {
  auto settings = calm_settings("2026-10-30T12:00:00Z");
  settings.rules.gateways[GatewayId("ff")].flexfactor->expiry_days = 3;
  simulation::World world(std::move(settings));
  world.import(simulation::declined("S1", "pending-1", date("2026-10-20T15:00:00Z")));
  world.live_until(date("2026-10-30T13:00:00Z"));
  // Clocks go back on 1 November: three civil days are 73 hours.
  const auto recovery = world.recoveries("S1").at(0).recovery;
  CHECK(recovery.expires_at - recovery.claimed_at == 73h);
}

TEST_CASE("L20: ten pages of poison at the head do not starve the rest") {
  simulation::World world(calm_settings("2026-03-01T12:00:00Z"));
  for (int index = 0; index < 70; ++index) {  // ten batches of seven
    auto poison = simulation::declined("P" + std::to_string(index), "approve-p",
                                       date("2026-02-10T15:00:00Z"));
    poison.price.minor = 0;  // nothing to charge: FlexFactor's request cannot be made
    poison.declined->code.clear();
    world.import(poison);
  }
  world.import(simulation::declined("S1", "approve-1", date("2026-02-20T15:00:00Z")));
  world.live_until(date("2026-03-01T20:00:00Z"));
  CHECK(world.subscription("S1").subscription.status == SubscriptionStatus::active);
  const auto held = world.subscription("P1");
  REQUIRE(held.plan.refusal.has_value());
  CHECK(held.plan.refusal->reason == billing::NotTaken::missing_field);
}

TEST_CASE("L21: an outage under cron - every pass a process of its own - parks nothing") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.outages = {{date("2026-03-01T12:00:00Z"), date("2026-03-04T12:00:00Z")}};
  simulation::World world(std::move(settings));
  world.import(simulation::declined("S1", "approve-1", date("2026-02-20T15:00:00Z")));
  for (int pass = 1; pass <= 4 * 24; ++pass) {
    world.live_until(date("2026-03-01T12:00:00Z") + pass * 1h);
  }
  CHECK(world.recoveries("S1").at(0).recovery.state == RecoveryState::recovered);
  CHECK(world.recoveries("S1").at(0).recovery.sending == 1);
}

TEST_CASE(
    "guard rail: one card is handed over at most card_cap times in 30 days - the rest waits") {
  auto settings = calm_settings("2026-03-01T12:00:00Z");
  settings.rules.card_cap = 2;
  simulation::World world(std::move(settings));
  for (const char* id : {"S1", "S2", "S3"}) {  // three subscriptions of one card
    world.import(simulation::declined(id, "approve-card", date("2026-02-20T15:00:00Z")));
  }
  world.live_until(date("2026-03-31T11:00:00Z"));
  CHECK(world.charges().size() == 2);
  CHECK(world.history("S3").back().event == "subscription.held");
  world.live_until(date("2026-04-01T00:00:00Z"));
  CHECK(world.charges().size() == 3);
  CHECK(world.subscription("S3").subscription.status == SubscriptionStatus::active);
}
