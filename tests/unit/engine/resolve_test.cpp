// A person's word through the ledger: found by any name, written as all news is, and kept.
#include "engine/resolve.hpp"

#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::PersonWord;
using billing::RecoveryState;

struct ResolveBench : Bench {
  RecoveryKey park(const std::string& id) {
    accept(declined(id));
    return hand_over(id, RecoveryState::parked, billing::Reason::refused);
  }
  std::variant<Applied, std::string> say(const std::string& id, PersonWord word) {
    std::variant<Applied, std::string> said;
    const Moment moment{noon + Millis(5), 0.5, std::nullopt};
    in([&](auto& tx) { said = resolve(tx, {id, word, "alice", "ticket 4711"}, desk, moment); });
    return said;
  }
  std::string refusal(const std::string& id, PersonWord word) {
    return std::get<std::string>(say(id, word));
  }
};

TEST_CASE("a person's word settles all that belongs to it in one transaction, and is kept") {
  ResolveBench bench;
  const RecoveryKey key = bench.park("S");
  const auto applied = std::get<Applied>(bench.say("S", PersonWord::failed));
  CHECK(applied.after.state == RecoveryState::failed);
  CHECK(bench.recovery(key).state == RecoveryState::failed);
  const auto stored = bench.subscription("S");
  CHECK(stored.subscription.status == billing::SubscriptionStatus::recycle_failed);
  CHECK(stored.subscription.gateway == GatewayId("bank"));
  CHECK(stored.fail_reason == "refused");
  bench.in([&](auto& tx) {
    const auto rows = tx.audit_of(stored.key);
    REQUIRE(rows.size() >= 2);
    const ports::AuditRow& row = rows.back();
    CHECK(row.event == "recovery.resolved");
    CHECK(row.at == noon + Millis(5));
    CHECK(row.before == "parked");
    CHECK(row.after == "failed");
    CHECK(row.reason == "as failed, by alice: ticket 4711");
    CHECK(tx.counts().waiting_for_person == 0);
    const auto events = tx.events_before(OutboxKey(INT64_MAX), std::nullopt, 9);
    REQUIRE(events.size() == 1);
    CHECK(events[0].event.type == "subscription.recycle_failed");
  });
}

TEST_CASE("what was charged moves the subscription on, found by our order id") {
  ResolveBench bench;
  const RecoveryKey key = bench.park("S");
  const auto order = bench.recovery(key).order.str();
  CHECK(std::holds_alternative<Applied>(bench.say(order, PersonWord::recovered)));
  const auto subscription = bench.subscription("S").subscription;
  CHECK(subscription.status == billing::SubscriptionStatus::active);
  CHECK(subscription.cycle == 6);
}

TEST_CASE("what does not fit is refused by name and changes nothing") {
  ResolveBench bench;
  CHECK(bench.refusal("nobody", PersonWord::failed) == "the ledger knows nothing of that id");
  bench.accept(declined("due"));
  CHECK(bench.refusal("due", PersonWord::failed) ==
        "it is not parked: it has never been handed over");
  bench.accept(declined("open"));
  const auto open = bench.hand_over("open", RecoveryState::waiting);
  CHECK(bench.refusal("open", PersonWord::failed) ==
        "it is not parked: order " + bench.recovery(open).order.str() + " is waiting");
  const RecoveryKey key = bench.park("S");
  const auto before = bench.recovery(key);
  CHECK(bench.refusal("S", PersonWord::withdrawn) == "the customer has not left; say failed");
  CHECK(bench.recovery(key) == before);
  const auto parked = bench.subscription("S").key;
  bench.in([&](auto& tx) {
    for (const auto& row : tx.audit_of(parked)) {
      CHECK(row.event != "recovery.resolved");
    }
  });
}

}  // namespace
}  // namespace recycled::engine
