// Callbacks: kept whatever becomes of them, decided upon once, tried again until a person is asked.
#include "engine/inbox.hpp"

#include "unit/engine/inbox_bench.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;
using ports::CallbackResult;

TEST_CASE("inbox: what is applied is stored with its effect") {
  InboxBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  CHECK(bench.take("n1", "completed " + order_of("S").str()) == Receipt::stored);
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
  CHECK(bench.recovery(key).provider_order == ProviderOrderId("theirs"));
  CHECK(bench.subscription("S").subscription.cycle == 6);
  const auto callback = bench.only(order_of("S"));
  CHECK(callback.result == CallbackResult::applied);
  CHECK(callback.nonce == "n1");
  CHECK(callback.headers == "x-nonce: n1");
  CHECK(callback.body == "completed " + order_of("S").str());
  CHECK(callback.event == "completed");
  CHECK(callback.received_at == noon);
  CHECK_FALSE(callback.next_at.has_value());
  CHECK(bench.tally.callbacks == 1);
  CHECK(bench.tally.became[RecoveryState::recovered] == 1);
  CHECK(bench.events.count(ports::EventName::callback_received) == 1);
  CHECK(bench.events.count(ports::EventName::recovery_recovered) == 1);
  CHECK(bench.events.events.at(0).reason == "completed, key the_key");
}

TEST_CASE("inbox: no account tells of another's orders - now or when it is looked at again") {
  InboxBench bench;
  const std::string body = "completed " + order_of("S").str();
  CHECK(bench.take("n1", body, {GatewayId("sandbox")}) == Receipt::stored);  // not known yet
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  bench.retry_at(noon + std::chrono::minutes(1));
  auto callback = bench.only(order_of("S"));
  CHECK(callback.result == CallbackResult::failed);
  CHECK(callback.error.find("another account's key") != std::string::npos);
  CHECK_FALSE(callback.next_at.has_value());
  CHECK(bench.recovery(key).state == RecoveryState::waiting);
  // One key of several accounts speaks for each of them.
  CHECK(bench.take("n2", body, {GatewayId("sandbox"), GatewayId("ff")}) == Receipt::stored);
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
}

TEST_CASE("inbox: an event that is none of ours is stored and ignored") {
  InboxBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  CHECK(bench.take("n1", "payout " + order_of("S").str()) == Receipt::stored);
  CHECK(bench.only(order_of("S")).result == CallbackResult::ignored);
  CHECK(bench.recovery(key).state == RecoveryState::waiting);
  bench.in([](auto& tx) { CHECK_FALSE(tx.next_callback().has_value()); });
}

TEST_CASE("inbox: a repeated nonce is refused and leaves nothing") {
  InboxBench bench;
  const OrderId order("nobody's");
  CHECK(bench.take("n1", "payout nobody's") == Receipt::stored);
  CHECK(bench.take("n1", "payout nobody's") == Receipt::repeated_nonce);
  CHECK(bench.stored(order).size() == 1);
  CHECK(bench.tally.callbacks == 1);
}

TEST_CASE("L11 inbox: a callback before its record waits, and is matched when it appears") {
  InboxBench bench;
  bench.accept(declined("S"));
  CHECK(bench.take("n1", "completed " + order_of("S").str()) == Receipt::stored);
  auto callback = bench.only(order_of("S"));
  CHECK(callback.result == CallbackResult::unmatched);
  CHECK(callback.tries == 1);
  CHECK(callback.next_at == noon + std::chrono::minutes(1));
  CHECK(bench.events.count(ports::EventName::callback_unmatched) == 1);
  bench.retry_at(noon + std::chrono::seconds(59));
  CHECK(bench.only(order_of("S")).tries == 1);
  bench.retry_at(noon + std::chrono::minutes(1));
  CHECK(bench.only(order_of("S")).tries == 2);
  // A claim makes the order known: nothing waits for the next look then.
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  bench.retry_at(noon + std::chrono::minutes(1));
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
  CHECK(bench.subscription("S").subscription.cycle == 6);
  callback = bench.only(order_of("S"));
  CHECK(callback.result == CallbackResult::applied);
  CHECK(callback.error.empty());
  CHECK_FALSE(callback.next_at.has_value());
}

TEST_CASE("inbox: the provider's own order id finds it too") {
  InboxBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  bench.in([&](auto& tx) {
    const auto before = tx.recovery(key).recovery;
    auto recovery = before;
    recovery.provider_order = ProviderOrderId("theirs");
    CHECK(tx.update_recovery(key, before, recovery));
  });
  bench.take("n1", "completed misspelt");
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
}

TEST_CASE("L14 inbox: looks thin out, and after the last a person is asked") {
  InboxBench bench;
  const OrderId order("nobody's");
  bench.take("n1", "completed nobody's");
  int looks = 1;
  Millis longest{};
  for (auto next = bench.only(order).next_at; next; next = bench.only(order).next_at) {
    longest = std::max(longest, *next - bench.clock.at);
    bench.retry_at(*next);
    REQUIRE(++looks < 100);
  }
  CHECK(looks == 21);
  CHECK(longest == std::chrono::hours(4));
  CHECK(bench.clock.at - noon > std::chrono::days(2));
  CHECK(bench.only(order).result == CallbackResult::unmatched);
  CHECK(bench.only(order).error == "no recovery has this order");
  CHECK(bench.events.count(ports::EventName::callback_unmatched) == 1);
  CHECK(bench.events.count(ports::EventName::callback_given_up) == 1);
}

TEST_CASE("L14 inbox: processing that fails keeps the callback, and is tried again") {
  InboxBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  bench.failing.failures = 2;
  CHECK(bench.take("n1", "completed " + order_of("S").str()) == Receipt::stored);
  CHECK(bench.recovery(key).state == RecoveryState::waiting);
  auto callback = bench.only(order_of("S"));
  CHECK(callback.result == CallbackResult::failed);
  CHECK(callback.error == "our bug");
  CHECK(callback.tries == 1);
  CHECK(callback.body == "completed " + order_of("S").str());
  CHECK(bench.events.count(ports::EventName::callback_failed) == 1);
  CHECK(bench.take("n1", "completed " + order_of("S").str()) == Receipt::repeated_nonce);
  bench.retry_at(*callback.next_at);
  callback = bench.only(order_of("S"));
  CHECK(callback.result == CallbackResult::failed);
  CHECK(callback.tries == 2);
  REQUIRE(callback.next_at.has_value());
  CHECK(*callback.next_at > bench.clock.at);
  bench.retry_at(*callback.next_at);
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
  CHECK(bench.subscription("S").subscription.cycle == 6);
  CHECK(bench.only(order_of("S")).result == CallbackResult::applied);
}

TEST_CASE("L20 inbox: one that fails does not hold up the next") {
  InboxBench bench;
  for (const char* id : {"S", "T"}) {
    bench.accept(declined(id));
    bench.take(id, "completed " + order_of(id).str());
    bench.hand_over(id, RecoveryState::waiting);
  }
  bench.failing.failures = 1;
  bench.retry_at(noon + std::chrono::minutes(1));
  CHECK(bench.only(order_of("S")).result == CallbackResult::failed);
  CHECK(bench.only(order_of("T")).result == CallbackResult::applied);
}

TEST_CASE("inbox: what cannot be read is kept for a person") {
  InboxBench bench;
  CHECK(bench.take("n1", "gibberish") == Receipt::stored);
  const auto callback = bench.only(OrderId(""));
  CHECK(callback.result == CallbackResult::unreadable);
  CHECK(callback.error == "no order in it");
  CHECK(callback.body == "gibberish");
  CHECK_FALSE(callback.next_at.has_value());
  CHECK(bench.events.count(ports::EventName::callback_given_up) == 1);
}

TEST_CASE("inbox: the step that a callback schedules is heard of") {
  InboxBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::failed, billing::Reason::expired);
  bench.rules.late_success = billing::LateSuccess::accept;
  bench.take("n1", "completed " + order_of("S").str());
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
  CHECK(bench.recovery(key).late);
  CHECK(bench.heard == std::vector<Instant>{noon});  // no step is left, but events to be told
  CHECK(bench.events.count(ports::EventName::recovery_alarm) == 1);
}

TEST_CASE("inbox: one that nobody knows yet is heard of with the time of its next look") {
  InboxBench bench;
  bench.take("n1", "completed " + order_of("S").str());
  REQUIRE(bench.only(order_of("S")).next_at.has_value());
  CHECK(bench.heard == std::vector<Instant>{*bench.only(order_of("S")).next_at});
}

}  // namespace
}  // namespace recycled::engine
