// Which declines of a period a backfill hands over, and why it leaves out the others.
#include "engine/backfill.hpp"

#include <chrono>
#include <functional>

#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::LeftAlone;
using billing::LeftOut;
using billing::NotTaken;
using billing::RecoveryState;
using billing::Refusal;

const Instant long_ago = noon - std::chrono::days(10);

struct BackfillBench : Bench {
  BackfillBench() {
    rules.gateways[GatewayId("other bank")] =
        billing::Gateway{GatewayId("other bank"), "card", std::nullopt};
    rules.gateways[GatewayId("ff-2")] =
        billing::Gateway{GatewayId("ff-2"), "flexfactor", billing::FlexFactorTerms{}};
  }

  BackfillClaim plan(const std::string& id, const BackfillChoice& choice = {}) {
    Draft draft = new_draft();
    return plan(id, choice, draft);
  }
  BackfillClaim plan(const std::string& id, const BackfillChoice& choice, Draft& draft) {
    BackfillClaim claim;
    in([&](auto& tx) {
      claim = plan_backfill(tx, *tx.subscription(SubscriptionId(id)), choice, desk, noon, draft);
    });
    return claim;
  }
  BackfillClaim claim(const std::string& id, const std::string& why = "backfill") {
    BackfillClaim claim;
    in([&](auto& tx) {
      Room room(tx, desk, noon, billing::HandedOver{});
      claim = claim_backfill(tx, *tx.subscription(SubscriptionId(id)), {}, desk, noon, room, why);
    });
    return claim;
  }
  std::size_t recoveries_of(const std::string& id) {
    std::size_t count = 0;
    const auto key = subscription(id).key;
    in([&](auto& tx) { count = tx.recoveries_of(key).size(); });
    return count;
  }
};

std::string reason_of(const BackfillClaim& claim) {
  if (const auto* refusal = std::get_if<Refusal>(&claim)) {
    return std::string(to_text(refusal->reason));
  }
  if (const auto* left = std::get_if<LeftAlone>(&claim)) return std::string(to_text(left->reason));
  return "taken";
}

billing::Recovery taken(const BackfillClaim& claim) {
  REQUIRE(reason_of(claim) == "taken");
  return std::get<ports::StoredRecovery>(claim).recovery;
}

TEST_CASE("B2 L19: what a backfill claims is what the scan would have, with the same ids") {
  BackfillBench by_hand;
  BackfillBench by_scan;
  for (Bench* bench : {static_cast<Bench*>(&by_hand), static_cast<Bench*>(&by_scan)}) {
    bench->accept(declined("S", long_ago));
  }
  const auto planned = taken(by_hand.plan("S"));
  const auto claimed = taken(by_hand.claim("S"));
  CHECK(planned == claimed);
  CHECK(by_scan.scan_now() == 1);
  by_scan.in([&](auto& tx) {
    const auto key = tx.subscription(SubscriptionId("S"))->key;
    CHECK(tx.recoveries_of(key).at(0).recovery == claimed);
  });
  // Once it is claimed there is nothing left of it for the scan, and the other way round.
  by_hand.scan_now();
  CHECK(by_hand.recoveries_of("S") == 1);
  CHECK(reason_of(by_scan.claim("S")) == "open_recovery");
  CHECK(by_scan.recoveries_of("S") == 1);
}

TEST_CASE("X2: every decline that is left out says why, and its plan stays what it was") {
  struct Row {
    const char* reason;
    std::function<void(billing::Subscription&)> change;
  };
  const auto with_status = [](billing::SubscriptionStatus status) {
    return [status](billing::Subscription& row) { row.status = status; };
  };
  const std::vector<Row> rows{
      {"taken", [](auto&) {}},
      {"cancelled", with_status(billing::SubscriptionStatus::cancelled)},
      {"paused", with_status(billing::SubscriptionStatus::paused)},
      {"recycle_failed", with_status(billing::SubscriptionStatus::recycle_failed)},
      {"not_in_recycle_billing", with_status(billing::SubscriptionStatus::active)},
      {"unknown_gateway", [](auto& row) { row.gateway = GatewayId("gone"); }},
      {"declined_at_flexfactor", [](auto& row) { row.gateway = GatewayId("ff"); }},
      {"no_profile", [](auto& row) { row.gateway = GatewayId("other bank"); }},
      {"merchants_turn", [](auto& row) { row.declined->reattempts_made = 1; }},
      {"schedule_exhausted", [](auto& row) { row.declined->reattempts_made = 4; }},
      {"hard_decline", [](auto& row) { row.declined->stated = billing::DeclineClass::hard; }},
      {"unclassified_decline", [](auto& row) { row.declined->stated.reset(); }},
      {"no_card", [](auto& row) { row.card.token.clear(); }},
      {"not_due", [](auto& row) { row.declined->last_attempt_at = noon - std::chrono::days(2); }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    BackfillBench bench;
    auto subscription = declined("S", long_ago);
    row.change(subscription);
    const ports::Plan plan = bench.desk.planner.plan(subscription);
    bench.in([&](auto& tx) { tx.put_subscription(subscription, plan, noon); });
    CHECK(reason_of(bench.plan("S")) == row.reason);
    CHECK(reason_of(bench.claim("S")) == row.reason);
    CHECK(bench.subscription("S").plan == plan);
    CHECK(bench.recoveries_of("S") == (std::string(row.reason) == "taken" ? 1 : 0));
  }
}

TEST_CASE("L19: what is due tomorrow is tomorrow's, and says when that begins") {
  BackfillBench bench;
  bench.accept(declined("S", noon - std::chrono::days(2)));
  const auto left = std::get<LeftAlone>(bench.plan("S"));
  CHECK(left == LeftAlone{LeftOut::not_due, "until 2026-11-24T05:00:00Z"});
  bench.claim("S");
  CHECK(bench.recoveries_of("S") == 0);
  CHECK(bench.subscription("S").plan.due_at == parse_instant("2026-11-24T05:00:00Z"));
}

TEST_CASE("B6: a cycle is handed over once, but for a round that never left") {
  const struct {
    RecoveryState state;
    const char* reason;
  } rows[] = {{RecoveryState::intended, "open_recovery"},
              {RecoveryState::unknown, "open_recovery"},
              {RecoveryState::waiting, "open_recovery"},
              {RecoveryState::parked, "open_recovery"},
              {RecoveryState::failed, "already_handed_over"},
              {RecoveryState::withdrawn, "already_handed_over"},
              {RecoveryState::recovered, "already_handed_over"},
              {RecoveryState::released, "taken"}};
  for (const auto& row : rows) {
    CAPTURE(to_text(row.state));
    BackfillBench bench;
    bench.accept(declined("S", long_ago));
    bench.hand_over("S", row.state);
    CHECK(reason_of(bench.plan("S")) == row.reason);
    if (row.state == RecoveryState::released) CHECK(taken(bench.claim("S")).round == 2);
  }
}

TEST_CASE("a backfill is of what was asked for: a block, a gateway, so many") {
  BackfillBench bench;
  bench.rules.profiles[0].gateway_7_9 = GatewayId("ff-2");
  for (int number = 5; number <= 7; ++number) {
    bench.rules.profiles[0].reattempts[number] = billing::Reattempt{number, 3, 0, false};
  }
  auto seventh = declined("7", long_ago);
  seventh.declined->reattempts_made = 6;
  bench.accept(declined("4", long_ago));
  bench.accept(seventh);
  const auto both = [&](const BackfillChoice& choice) {
    return reason_of(bench.plan("4", choice)) + " " + reason_of(bench.plan("7", choice));
  };
  BackfillChoice choice;
  CHECK(both(choice) == "taken taken");
  choice.block = billing::Block::reattempts_4_6;
  CHECK(both(choice) == "taken not_asked_for");
  choice.block = billing::Block::reattempts_7_9;
  CHECK(both(choice) == "not_asked_for taken");
  choice.block.reset();
  choice.gateway = GatewayId("bank");
  CHECK(both(choice) == "taken taken");
  choice.gateway = GatewayId("other bank");
  CHECK(both(choice) == "not_asked_for not_asked_for");
  choice.gateway = GatewayId("ff");
  CHECK(both(choice) == "taken not_asked_for");
  choice.gateway = GatewayId("ff-2");
  CHECK(both(choice) == "not_asked_for taken");

  choice = {};
  choice.limit = 1;
  Draft draft = bench.new_draft();
  CHECK(reason_of(bench.plan("4", choice, draft)) == "taken");
  CHECK(reason_of(bench.plan("7", choice, draft)) == "over_limit");
  draft.taken = 0;
  CHECK(reason_of(bench.plan("7", choice, draft)) == "taken");
}

TEST_CASE("a backfill keeps to the card networks' cap, and plans no more than it then takes") {
  BackfillBench bench;
  bench.rules.card_cap = 2;
  const std::vector<std::string> ids{"1", "2", "3"};
  for (const auto& id : ids) bench.accept(declined(id, long_ago));
  Draft draft = bench.new_draft();
  std::string planned;
  std::string claimed;
  for (const auto& id : ids) planned += reason_of(bench.plan(id, {}, draft)) + " ";
  for (const auto& id : ids) claimed += reason_of(bench.claim(id)) + " ";
  CHECK(planned == "taken taken card_cap ");
  CHECK(claimed == planned);
  CHECK(draft.taken == 2);
}

TEST_CASE("X2: what was handed over for a plan is found by it, but for what never left") {
  BackfillBench bench;
  bench.accept(declined("S", long_ago));
  bench.claim("S", "plan 1");
  const auto found = [&](const std::string& why) {
    std::optional<ports::StoredRecovery> before;
    bench.in([&](auto& tx) {
      before = claimed_for(tx, tx.subscription(SubscriptionId("S"))->key, why);
    });
    return before;
  };
  REQUIRE(found("plan 1").has_value());
  CHECK_FALSE(found("plan 2").has_value());
  CHECK_FALSE(found("").has_value());
  const auto before = found("plan 1")->recovery;
  auto released = before;
  released.state = RecoveryState::released;
  released.step = billing::Step::none;
  released.next_at.reset();
  const RecoveryKey key = found("plan 1")->key;
  bench.in([&](auto& tx) { REQUIRE(tx.update_recovery(key, before, released)); });
  CHECK_FALSE(found("plan 1").has_value());
  CHECK(taken(bench.claim("S", "plan 1")).round == 2);
  CHECK(found("plan 1").has_value());
}

}  // namespace
}  // namespace recycled::engine
