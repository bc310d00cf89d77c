// Shoppers who wait, through the whole engine: answered at once, or sent away at the deadline, and
// never charged after a "declined" without being given it back.
#include <chrono>

#include <doctest/doctest.h>

#include "sim/usual.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::Reason;
using billing::RecoveryState;
using billing::SaleStatus;
using billing::Step;
using flexfactor::SimulatedFault;

namespace {

Instant date(const char* text) { return *parse_instant(text); }

simulation::WorldSettings calm() {
  simulation::WorldSettings settings =
      simulation::usual_settings(date("2026-03-01T12:00:00Z"), 1h, 48h);
  settings.rules.gateways.at(GatewayId("ff")).flexfactor->cascade_all = true;
  settings.provider.late_after = 12h;
  return settings;
}

billing::Sale sale_of(const std::string& id, const std::string& card) {
  billing::Sale sale = simulation::declined_sale(id, card, date("2026-02-28T12:00:00Z"));
  sale.payer.ip_address = "192.0.2.7";
  return sale;
}

simulation::ShopAnswer answer_to(const simulation::World& world, const std::string& id) {
  const auto found = world.shop().answers().find(id);
  REQUIRE(found != world.shop().answers().end());
  return found->second.back();
}

billing::Recovery only(simulation::World& world, const std::string& id) {
  const auto recoveries = world.recoveries_of_sale(id);
  REQUIRE(recoveries.size() == 1);
  return recoveries[0].recovery;
}

std::string said(const simulation::ShopAnswer& answer) {
  return answer.result + " " + answer.reason;
}

}  // namespace

TEST_CASE("C2: approved or declined at once, whatever the account is") {
  for (const auto mode : {billing::MitMode::managed, billing::MitMode::sync}) {
    auto settings = calm();
    settings.provider.mode = mode;
    settings.rules.gateways.at(GatewayId("ff")).flexfactor->mit = mode;
    simulation::World world(settings);
    for (const char* card : {"approve", "decline", "expire", "challenge", "capture", "refuse"}) {
      world.cascade(settings.start + 1h, sale_of(card, std::string(card) + "-1"));
    }
    world.live_until(settings.start + 30 * 24h);
    CHECK(said(answer_to(world, "approve")) == "approved none");
    CHECK(said(answer_to(world, "decline")) == "declined declined");
    CHECK(said(answer_to(world, "expire")) == "declined declined");
    CHECK(said(answer_to(world, "challenge")) == "declined challenge");
    CHECK(said(answer_to(world, "capture")) == "declined capture_required");
    CHECK(said(answer_to(world, "refuse")) == "declined refused");
    for (const char* id : {"approve", "decline", "expire", "challenge", "capture", "refuse"}) {
      CAPTURE(id);
      CHECK(answer_to(world, id).waited < 1s);
      CHECK_FALSE(is_live(only(world, id).state));
      const bool paid = std::string_view(id) == "approve";
      CHECK(world.sale(id).sale.status == (paid ? SaleStatus::complete : SaleStatus::declined));
    }
    CHECK(world.charges().size() == 1);
  }
}

// Counts what goes first, and what does not.
class TurnsSeen final : public ports::Ledger {
 public:
  struct Turns {
    int first = 0;
    int in_order = 0;
  };
  TurnsSeen(ports::Ledger& ledger, Turns& turns) : ledger_(ledger), turns_(turns) {}

  async::Task<Result<void>> write(ports::LedgerWork work) override {
    ++turns_.in_order;
    return ledger_.write(std::move(work));
  }
  async::Task<Result<void>> write_first(ports::LedgerWork work) override {
    ++turns_.first;
    return ledger_.write_first(std::move(work));
  }

 private:
  ports::Ledger& ledger_;
  Turns& turns_;
};

TEST_CASE("C2: what is written for a shopper who waits goes first, and nothing else does") {
  auto settings = calm();
  TurnsSeen::Turns turns;
  settings.wraps.ledger = [&turns](ports::Ledger& ledger) {
    return std::make_unique<TurnsSeen>(ledger, turns);
  };
  simulation::World world(settings);
  world.import(simulation::declined("S1", "approve-1", date("2026-02-20T12:00:00Z")));
  world.live_until(settings.start + 30h);
  CHECK(world.charges().size() == 1);  // claimed, handed over, told by a callback
  CHECK(turns.first == 0);
  CHECK(turns.in_order > 3);
  world.cascade(settings.start + 31h, sale_of("approve", "approve-2"));
  world.live_until(settings.start + 32h);
  CHECK(said(answer_to(world, "approve")) == "approved none");
  CHECK(turns.first == 2);  // the claim, and FlexFactor's answer
}

TEST_CASE("C2: a repeat of the same order id gives the stored answer, and calls nobody") {
  auto settings = calm();
  simulation::World world(settings);
  for (const char* card : {"approve", "decline", "pending"}) {
    world.cascade(settings.start + 1h, sale_of(card, std::string(card) + "-1"));
  }
  world.live_until(settings.start + 2h);
  const auto calls = world.calls().size();
  for (const char* card : {"approve", "decline", "pending"}) {
    world.cascade(settings.start + 3h, sale_of(card, std::string(card) + "-1"));
  }
  world.live_until(settings.start + 4h);
  CHECK(world.calls().size() == calls);
  for (const char* id : {"approve", "decline", "pending"}) {
    const auto& answers = world.shop().answers().at(id);
    REQUIRE(answers.size() == 2);
    CHECK(said(answers[0]) == said(answers[1]));
  }
  CHECK(world.charges().size() == 1);
}

TEST_CASE("C2: two tills ask for the same order at once - one call, the same answer") {
  auto settings = calm();
  simulation::World world(settings);
  for (int n = 0; n < 5; ++n) world.cascade(settings.start + 1h, sale_of("O", "approve-1"));
  world.live_until(settings.start + 2h);
  CHECK(world.shop().answers().at("O").size() == 5);
  for (const auto& answer : world.shop().answers().at("O")) {
    CHECK(said(answer) == "approved none");
    CHECK(answer.waited < 1s);
  }
  CHECK(world.charges().size() == 1);
  CHECK(world.statistics().orders == 1);
}

TEST_CASE("C2: no answer by the deadline is a decline for timeout, and the order is taken back") {
  auto settings = calm();
  simulation::World world(settings);
  world.cascade(settings.start + 1h, sale_of("silent", "pending-1"));
  world.live_until(settings.start + 24h);
  CHECK(said(answer_to(world, "silent")) == "declined timeout");
  CHECK(answer_to(world, "silent").waited == settings.rules.timing.cascade_deadline);
  CHECK(only(world, "silent").state == RecoveryState::failed);
  CHECK(world.statistics().cancelled == 1);
  CHECK(world.charges().empty());
}

TEST_CASE("C2: what is taken back is asked about at once, and not in the next pass") {
  const auto settings = calm();
  simulation::World world(settings);
  world.cascade(settings.start + 1h, sale_of("O", "late-1"));
  world.live_until(settings.start + 24h);
  REQUIRE(said(answer_to(world, "O")) == "declined timeout");
  const auto& calls = world.calls();
  const auto taken_back = std::ranges::find_if(calls, [](const simulation::Call& call) {
    return call.target.find("/cancel") != std::string::npos;
  });
  REQUIRE(taken_back != calls.end());
  REQUIRE(std::next(taken_back) != calls.end());
  CHECK(std::next(taken_back)->at - taken_back->at < 1s);
}

TEST_CASE("C2: a request that may have arrived is taken back by our own id, and looked for") {
  for (const auto kind :
       {simulation::Outage::Kind::lost_unread, simulation::Outage::Kind::lost_read}) {
    auto settings = calm();
    settings.outages = {{settings.start, settings.start + 2h, kind, std::nullopt}};
    simulation::World world(settings);
    world.cascade(settings.start + 1h, sale_of("O", "decline-1"));
    world.live_until(settings.start + 24h);
    CHECK(said(answer_to(world, "O")) == "declined no_answer");
    CHECK(only(world, "O").state == RecoveryState::failed);
    const auto asked = [&](std::string_view path) {
      return std::ranges::count_if(world.calls(), [&](const simulation::Call& call) {
        return call.target.find(path) != std::string::npos;
      });
    };
    CHECK(asked("external-cancel") == 1);
    CHECK(asked("orders?from") >= 1);
  }
}

TEST_CASE("C2: an approval after the deadline is an alarm, and given back by policy") {
  auto settings = calm();
  settings.outages = {
      {settings.start, settings.start + 2h, simulation::Outage::Kind::lost_read, std::nullopt}};
  for (const auto policy : {billing::LateCascade::refund, billing::LateCascade::hold}) {
    settings.rules.late_cascade = policy;
    simulation::World world(settings);
    auto sale = sale_of("O", "approve-1");
    sale.subscription = SubscriptionId("S");
    world.cascade(settings.start + 1h, sale);
    world.live_until(settings.start + 10 * 24h);
    CHECK(said(answer_to(world, "O")) == "declined no_answer");
    CHECK(world.charges().size() == 1);
    const auto recovery = only(world, "O");
    CHECK(recovery.late);
    CHECK(recovery.refund_due);
    CHECK(recovery.told == Reason::no_answer);
    CHECK(world.sale("O").sale.status == SaleStatus::declined);
    const bool refunds = policy == billing::LateCascade::refund;
    CHECK(recovery.refunded == refunds);
    CHECK(recovery.state == (refunds ? RecoveryState::recovered : RecoveryState::parked));
    CHECK(recovery.step == Step::none);
    CHECK(world.statistics().refunded == (refunds ? 1 : 0));
    // The shopper has paid elsewhere: his subscription was not sold at FlexFactor (N3).
    auto row = simulation::declined("S", "other-1", settings.start);
    row.status = billing::SubscriptionStatus::active;
    row.cycle = 1;
    row.declined.reset();
    world.import(row);
    CHECK(world.subscription("S").rebill_with == billing::RebillWith::as_ever);
  }
}

TEST_CASE("C2: a refund whose answer is lost is asked about, and never made twice") {
  auto settings = calm();
  settings.seed = 3;
  settings.outages = {
      {settings.start, settings.start + 2h, simulation::Outage::Kind::lost_read, std::nullopt}};
  settings.provider.per_mille[SimulatedFault::reset_after_read] = 400;
  simulation::World world(settings);
  for (int n = 0; n < 20; ++n) {
    const std::string id = "O" + std::to_string(n);
    world.cascade(settings.start + 1h, sale_of(id, "approve-" + id));
  }
  world.live_until(settings.start + 3h);
  world.calm();
  world.live_until(settings.start + 10 * 24h);
  for (int n = 0; n < 20; ++n) {
    const std::string id = "O" + std::to_string(n);
    CAPTURE(id);
    const auto recovery = only(world, id);
    CHECK_FALSE(is_live(recovery.state));
    CHECK(recovery.refunded == (recovery.state == RecoveryState::recovered));
  }
  CHECK(world.statistics().refunded == static_cast<std::int64_t>(world.charges().size()));
}

TEST_CASE("C2: who dies over a refund asks about it first, though no callback tells of it") {
  auto settings = calm();
  settings.crashes = {40, 1000};
  settings.outages = {
      {settings.start, settings.start + 2h, simulation::Outage::Kind::lost_read, std::nullopt}};
  settings.provider.per_mille[SimulatedFault::callback_lost] = 1000;
  std::int64_t refunded = 0;
  for (settings.seed = 1; settings.seed <= 12; ++settings.seed) {
    CAPTURE(settings.seed);
    simulation::World world(settings);
    for (int n = 0; n < 30; ++n) {
      const std::string id = "O" + std::to_string(n);
      world.cascade(settings.start + 1h, sale_of(id, "approve-" + id));
    }
    world.live_until(settings.start + 10 * 24h);
    CHECK(world.crashes() > 0);
    CHECK(world.statistics().refunded == static_cast<std::int64_t>(world.charges().size()));
    refunded += world.statistics().refunded;
    for (int n = 0; n < 30; ++n) {
      // None, if the process died before it was claimed.
      for (const auto& one : world.recoveries_of_sale("O" + std::to_string(n))) {
        CHECK(one.recovery.refunded == (one.recovery.state == RecoveryState::recovered));
      }
    }
  }
  CHECK(refunded > 20);
}

TEST_CASE("C2: a request that certainly did not leave is a decline, and charges nobody") {
  auto settings = calm();
  settings.outages = {
      {settings.start, settings.start + 2h, simulation::Outage::Kind::unreachable, std::nullopt}};
  simulation::World world(settings);
  world.cascade(settings.start + 1h, sale_of("O", "approve-1"));
  world.live_until(settings.start + 24h);
  CHECK(said(answer_to(world, "O")) == "declined never_sent");
  CHECK(only(world, "O").state == RecoveryState::released);
  CHECK(world.charges().empty());
}

TEST_CASE("C2: who waits through a stop has his answer, and no call is begun for him any more") {
  auto settings = calm();
  simulation::World world(settings);
  const auto sale = sale_of("O", "approve-1");
  world.import(sale);
  world.look([&](ports::LedgerTx& tx) {  // claimed by a process that is away
    billing::Recovery recovery;
    recovery.kind = billing::RecoveryKind::cascade;
    recovery.order = OrderId("away");
    recovery.reattempt = 0;
    recovery.provider_gateway = GatewayId("ff");
    recovery.return_gateway = sale.gateway;
    recovery.amount = sale.amount;
    recovery.claimed_at = settings.start;
    recovery.unsent_until = settings.start;
    recovery.expires_at = settings.start + 8s;
    recovery.next_at = settings.start + 16s;
    REQUIRE(tx.insert_recovery({tx.sale(sale.id)->key, recovery, "{}"}).has_value());
  });
  world.cascade(settings.start + 1s, sale);
  world.live_until(settings.start + 3s);
  CHECK(said(answer_to(world, "O")) == "declined timeout");
  CHECK(answer_to(world, "O").waited == 7s);
  CHECK(world.calls().empty());
  world.live_until(settings.start + 24h);  // and whoever runs next takes it back
  CHECK(only(world, "O").state == RecoveryState::failed);
  CHECK(world.calls().size() >= 2);
}

TEST_CASE("C3: without an ip_address no call is made") {
  auto settings = calm();
  simulation::World world(settings);
  auto sale = sale_of("O", "approve-1");
  sale.payer.ip_address.clear();
  world.cascade(settings.start + 1h, sale);
  world.live_until(settings.start + 24h);
  CHECK(said(answer_to(world, "O")) == "refused no_ip_address");
  CHECK(world.calls().empty());
  CHECK(world.sale("O").sale.status == SaleStatus::declined);  // kept, for a rerun perhaps
}

TEST_CASE("X1: cascades through faults and crashes - no charge stays without a yes") {
  int late = 0;
  int slow = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    auto settings = calm();
    settings.seed = seed;
    settings.crashes.in = 20;
    for (const auto fault :
         {SimulatedFault::reset_after_read, SimulatedFault::error_5xx_after, SimulatedFault::stall,
          SimulatedFault::callback_lost, SimulatedFault::error_429}) {
      settings.provider.per_mille[fault] = 120;
    }
    simulation::World world(settings);
    constexpr int count = 40;
    for (int n = 0; n < count; ++n) {
      const std::string id = "O" + std::to_string(n);
      const char* word = n % 4 == 0 ? "decline-" : n % 7 == 0 ? "pending-" : "approve-";
      world.cascade(settings.start + 1h + n * 1min, sale_of(id, word + id));
      world.import(simulation::declined("S" + std::to_string(n), "approve-S" + id,
                                        date("2026-02-20T15:00:00Z")));
    }
    world.live_until(settings.start + 4h);
    world.calm();
    world.live_until(settings.start + 40 * 24h);
    CHECK(world.statistics().double_charges == 0);
    for (int n = 0; n < count; ++n) {
      const std::string id = "O" + std::to_string(n);
      CAPTURE(id);
      const auto recovery = only(world, id);
      CHECK_FALSE(is_live(recovery.state));
      REQUIRE(recovery.told.has_value());
      const auto charged = std::ranges::count_if(
          world.charges(),
          [&](const flexfactor::Charge& one) { return one.order == recovery.order; });
      const bool approved = recovery.told == Reason::none;
      CHECK(answer_to(world, id).result == (approved ? "approved" : "declined"));
      CHECK(world.sale(id).sale.status == (approved ? SaleStatus::complete : SaleStatus::declined));
      if (recovery.late) ++late;
      if (recovery.told == Reason::timeout) ++slow;
      if (approved) CHECK(charged == 1);
      if (!approved) CHECK(charged == (recovery.refunded ? 1 : 0));
    }
  }
  CHECK(late > 3);
  CHECK(slow > 3);
}
