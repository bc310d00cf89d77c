// A person has a stored callback processed again: the same decision, no second effect, audited.
#include "engine/process_callback.hpp"
#include "unit/engine/inbox_bench.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;
using ports::CallbackResult;

struct ReplayBench : InboxBench {
  std::optional<Replayed> replay(CallbackKey key) {
    std::optional<Replayed> replayed;
    in([&](auto& tx) { replayed = replay_callback(tx, key, reader, desk, own.moment()); });
    return replayed;
  }
  std::vector<ports::AuditRow> audited(const std::string& id) {
    std::vector<ports::AuditRow> rows;
    in([&](auto& tx) {
      rows = tx.audit_of(tx.subscription(SubscriptionId(id))->key);
      std::erase_if(rows, [](const auto& row) { return row.event != "callback.replayed"; });
    });
    return rows;
  }
};

TEST_CASE("replay: what waited for its order is applied once that is known") {
  ReplayBench bench;
  bench.accept(declined("S"));
  bench.take("n1", "completed " + order_of("S").str());
  const CallbackKey key = bench.only(order_of("S")).key;
  auto replayed = bench.replay(key);
  REQUIRE(replayed.has_value());
  CHECK(replayed->callback.result == CallbackResult::unmatched);
  CHECK_FALSE(replayed->applied.has_value());
  CHECK(bench.only(order_of("S")).tries == 2);

  const auto recovery = bench.hand_over("S", RecoveryState::waiting);
  replayed = bench.replay(key);
  REQUIRE(replayed->applied.has_value());
  CHECK(replayed->callback.result == CallbackResult::applied);
  CHECK(bench.recovery(recovery).state == RecoveryState::recovered);
  CHECK(bench.subscription("S").subscription.cycle == 6);
  CHECK(bench.only(order_of("S")).result == CallbackResult::applied);
  CHECK_FALSE(bench.only(order_of("S")).next_at.has_value());
  const auto audit = bench.audited("S");
  REQUIRE(audit.size() == 1);
  CHECK(audit[0].before == "waiting");
  CHECK(audit[0].after == "recovered");
  CHECK(audit[0].recovery == recovery);
  CHECK(audit[0].reason == "callback " + std::to_string(key.value()) + ", completed");
}

TEST_CASE("replay: news that was acted upon has no second effect and is audited all the same") {
  ReplayBench bench;
  bench.accept(declined("S"));
  const auto recovery = bench.hand_over("S", RecoveryState::waiting);
  bench.take("n1", "completed " + order_of("S").str());
  bench.take("n2", "refunded " + order_of("S").str());
  const auto before = bench.recovery(recovery);
  CHECK(before.refunded);
  for (const auto& callback : bench.stored(order_of("S"))) {
    const auto replayed = bench.replay(callback.key);
    REQUIRE(replayed->applied.has_value());
    CHECK(replayed->applied->alarm == billing::Alarm::none);
  }
  CHECK(bench.recovery(recovery) == before);
  CHECK(bench.subscription("S").subscription.cycle == 6);
  CHECK(bench.audited("S").size() == 2);
}

TEST_CASE("replay: one that failed to the last is applied by hand") {
  ReplayBench bench;
  bench.accept(declined("S"));
  const auto recovery = bench.hand_over("S", RecoveryState::waiting);
  bench.failing.failures = 100;
  bench.take("n1", "completed " + order_of("S").str());
  for (auto next = bench.only(order_of("S")).next_at; next;
       next = bench.only(order_of("S")).next_at) {
    bench.retry_at(*next);
  }
  CHECK(bench.only(order_of("S")).result == CallbackResult::failed);
  bench.in([](auto& tx) { CHECK(tx.counts().waiting_for_person == 1); });
  bench.replay(bench.only(order_of("S")).key);
  CHECK(bench.recovery(recovery).state == RecoveryState::recovered);
  bench.in([](auto& tx) { CHECK(tx.counts().waiting_for_person == 0); });
}

TEST_CASE("replay: the service does not undo what a person did between its reading and its look") {
  ReplayBench bench;
  bench.accept(declined("S"));
  const auto recovery = bench.hand_over("S", RecoveryState::waiting);
  bench.failing.failures = 2;  // the arrival, and the look below if it came to one
  bench.take("n1", "completed " + order_of("S").str());
  const auto waits = bench.only(order_of("S"));
  REQUIRE(waits.result == CallbackResult::failed);
  bench.failing.writes = 0;
  bench.failing.on_write = [&](int number) {
    if (number == 2) bench.replay(waits.key);  // after what is due was read
  };
  bench.retry_at(*waits.next_at);
  CHECK(bench.failing.failures == 1);
  CHECK(bench.only(order_of("S")).result == CallbackResult::applied);
  CHECK(bench.recovery(recovery).state == RecoveryState::recovered);
}

TEST_CASE("replay: what cannot be read stays so and what is not there is not replayed") {
  ReplayBench bench;
  bench.take("n1", "gibberish");
  const CallbackKey key = bench.only(OrderId("")).key;
  CHECK(bench.replay(key)->callback.result == CallbackResult::unreadable);
  CHECK(bench.only(OrderId("")).error == "no order in it");
  CHECK_FALSE(bench.replay(CallbackKey(4711)).has_value());
}

}  // namespace
}  // namespace recycled::engine
