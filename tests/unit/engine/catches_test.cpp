// The safety catches: ceilings per run and day, and the breaker (lessons.md "money breakers").
#include <chrono>

#include "engine/backfill.hpp"
#include "engine/pause.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::LeftAlone;
using billing::RecoveryState;
using ports::EventName;

const Currency usd = *Currency::parse("USD");

struct CatchBench : Bench {
  // Due since long, of 89.95 each.
  void decline(int count, const std::string& prefix = "S-") {
    for (int n = 1; n <= count; ++n) {
      accept(declined(prefix + std::to_string(n), noon - std::chrono::days(10)));
    }
  }
  void take_sale(const std::string& id) {
    const auto sale = declined_sale(id);
    in([&](auto& tx) { accept_sale(tx, sale, desk, clock.at); });
  }
  int told(EventName name) const { return events.count(name); }

  // The newest recovery's own next result.
  void result(const std::string& id, RecoveryState state) {
    const auto key = [&] {
      RecoveryKey newest;
      const auto of = subscription(id).key;
      in([&](auto& tx) { newest = tx.recoveries_of(of).back().key; });
      return newest;
    }();
    using billing::News;
    const News news = state == RecoveryState::recovered ? News::completed : News::problem;
    const billing::Event heard =
        billing::Learned{news, billing::Source::callback, ProviderOrderId("of " + id), {}};
    Applied applied;
    in([&](auto& tx) { applied = apply(tx, key, heard, desk, {clock.at, 0.5, {}}); });
    REQUIRE(applied.after.state == state);
    tell(events, applied);
  }
};

TEST_CASE("a day's ceiling holds through scans of any batch, and the next day begins anew") {
  for (const int batch : {1, 2, 3, 100}) {
    CAPTURE(batch);
    CatchBench bench;
    bench.rules.ceilings.day.count = 3;
    bench.decline(8);
    CHECK(bench.scan_now(batch) == 3);
    CHECK(bench.scan_now(batch) == 0);
    CHECK(bench.told(EventName::ceiling_reached) == 1);
    bench.clock.at = *parse_instant("2026-11-24T04:59:59Z");  // one second before midnight
    CHECK(bench.scan_now(batch) == 0);
    for (const char* id : {"S-1", "S-2", "S-3"}) bench.result(id, RecoveryState::recovered);
    bench.clock.at += std::chrono::seconds(1);
    CHECK(bench.scan_now(batch) == 3);
    CHECK(bench.told(EventName::ceiling_reached) == 2);
    for (const char* id : {"S-4", "S-5", "S-6"}) bench.result(id, RecoveryState::recovered);
    bench.clock.at += std::chrono::days(1);
    CHECK(bench.scan_now(batch) == 2);
    CHECK(bench.told(EventName::ceiling_reached) == 2);
  }
}

TEST_CASE("a ceiling on amount keeps back what is above it, and lets other currencies through") {
  CatchBench bench;
  bench.rules.ceilings.day.minor[usd] = 2 * 8995;
  bench.decline(4);
  auto yen = declined("Y", noon - std::chrono::days(9));
  yen.price = {8995, *Currency::parse("JPY")};
  bench.accept(yen);
  CHECK(bench.scan_now() == 3);
  CHECK(bench.told(EventName::ceiling_reached) == 1);
  CHECK(bench.events.events.back().reason.empty());  // scan.done
  bench.in([&](auto& tx) {
    CHECK(tx.handed_over_since(noon).minor.at(usd) == 2 * 8995);
    CHECK(tx.recoveries_of(tx.subscription(SubscriptionId("Y"))->key).size() == 1);
  });
}

TEST_CASE("a run's ceiling counts what this run has claimed, whatever others have") {
  CatchBench bench;
  bench.rules.ceilings.run.count = 2;
  bench.decline(7);
  CHECK(bench.scan_now(3) == 7);  // a service has no end, and so no such ceiling
  bench.decline(5, "T-");
  bench.ceiling_watch.begin_run();
  CHECK(bench.scan_now(3) == 2);
  CHECK(bench.scan_now(3) == 0);
  bench.ceiling_watch.begin_run();
  CHECK(bench.scan_now(3) == 2);
}

TEST_CASE("what has not left by midnight counts for the day on which it goes") {
  CatchBench bench;
  bench.rules.ceilings.day.count = 2;
  bench.decline(6);
  CHECK(bench.scan_now() == 2);
  bench.clock.at += std::chrono::days(1);
  CHECK(bench.scan_now() == 0);  // an outage: both are queued still
  for (const char* id : {"S-1", "S-2"}) bench.result(id, RecoveryState::recovered);
  CHECK(bench.scan_now() == 2);
  bench.rules.ceilings.day.count = 9;
  CHECK(bench.scan_now() == 2);
}

TEST_CASE("reruns and backfills are under the same day's ceiling, and say so by name") {
  CatchBench bench;
  bench.rules.ceilings.day.count = 2;
  bench.take_sale("O-1");
  bench.take_sale("O-2");
  bench.decline(2);
  CHECK(std::holds_alternative<ports::StoredRecovery>(bench.rerun(SaleId("O-1"))));
  const auto backfill = [&](const std::string& id) {
    BackfillClaim claim;
    bench.in([&](auto& tx) {
      Room room(tx, bench.desk, noon, billing::HandedOver{});
      claim = claim_backfill(tx, *tx.subscription(SubscriptionId(id)), {}, bench.desk, noon, room,
                             "why");
    });
    return claim;
  };
  CHECK(std::holds_alternative<ports::StoredRecovery>(backfill("S-1")));
  CHECK(std::get<LeftAlone>(backfill("S-2")) ==
        LeftAlone{billing::LeftOut::ceiling, "hand_overs_per_day = 2"});
  const auto refused = std::get<billing::SaleRefusal>(bench.rerun(SaleId("O-2")));
  CHECK(refused == billing::SaleRefusal{billing::SaleRefused::ceiling, "hand_overs_per_day = 2"});
  CHECK(bench.scan_now() == 0);
}

TEST_CASE("X2: a plan takes no more than the claims that follow it get") {
  CatchBench bench;
  bench.rules.ceilings.day.count = 3;
  bench.rules.ceilings.run.minor[usd] = 2 * 8995;
  bench.decline(3);
  bench.take_sale("O");
  CHECK(std::holds_alternative<ports::StoredRecovery>(bench.rerun(SaleId("O"))));
  Draft draft = bench.new_draft(billing::HandedOver{});
  std::string planned;
  bench.in([&](auto& tx) {
    for (const char* id : {"S-1", "S-2", "S-3"}) {
      const auto claim =
          plan_backfill(tx, *tx.subscription(SubscriptionId(id)), {}, bench.desk, noon, draft);
      const auto* left = std::get_if<LeftAlone>(&claim);
      planned += left == nullptr ? "taken; " : left->detail + "; ";
    }
  });
  CHECK(planned == "taken; taken; amount_per_run = { USD = \"179.90\" }; ");
}

TEST_CASE("too many refusals pause their gateway once, until a person resumes") {
  CatchBench bench;
  bench.rules.breaker = {10, 30, 100};
  bench.decline(5);
  REQUIRE(bench.scan_now() == 5);
  bench.result("S-1", RecoveryState::recovered);
  bench.result("S-2", RecoveryState::parked);
  bench.result("S-3", RecoveryState::parked);
  CHECK(bench.told(EventName::breaker_tripped) == 0);
  bench.decline(1, "T-");
  CHECK(bench.scan_now() == 1);
  bench.result("S-4", RecoveryState::parked);
  CHECK(bench.told(EventName::breaker_tripped) == 1);
  bench.in([&](auto& tx) {
    const auto standing = tx.pauses();
    REQUIRE(standing.size() == 1);
    CHECK(standing[0].gateway == GatewayId("ff"));
    CHECK(standing[0].by == "the breaker");
    CHECK(standing[0].reason.starts_with("3 of the last 10 results were refused"));
  });
  // Nothing new, and results all the same; another bad one is no second pause.
  bench.decline(1, "U-");
  CHECK(bench.scan_now() == 0);
  bench.result("S-5", RecoveryState::parked);
  bench.result("T-1", RecoveryState::recovered);
  CHECK(bench.told(EventName::breaker_tripped) == 1);
  bench.in([&](auto& tx) { CHECK(resume(tx, GatewayId("ff"), "alice", noon).has_value()); });
  CHECK(bench.scan_now() == 1);
  // From there on the mix is counted anew.
  bench.result("U-1", RecoveryState::parked);
  CHECK(bench.told(EventName::breaker_tripped) == 1);
  bench.in([&](auto& tx) { CHECK(tx.recent_results(GatewayId("ff")) == "x"); });
}

TEST_CASE("the breaker is off unless it is asked for") {
  CatchBench bench;
  bench.decline(3);
  bench.scan_now();
  for (const char* id : {"S-1", "S-2", "S-3"}) bench.result(id, RecoveryState::parked);
  bench.in([&](auto& tx) {
    CHECK(tx.pauses().empty());
    CHECK(tx.recent_results(GatewayId("ff")).empty());
  });
}

}  // namespace
}  // namespace recycled::engine
