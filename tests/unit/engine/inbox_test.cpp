// Callbacks: kept whatever becomes of them, decided upon once, tried again until a person is asked.
#include "engine/inbox.hpp"

#include <stdexcept>

#include "unit/engine/fixture.hpp"
#include "unit/engine/racing_tx.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;
using ports::CallbackResult;

// "completed ORDER", "payout ORDER"; all else is not what the contract describes.
struct PlainReader final : ports::CallbackReader {
  Result<ports::CallbackContent> read(const std::string& body) const override {
    const auto space = body.find(' ');
    if (space == std::string::npos) return fail(Fault::invalid, "no order in it");
    ports::CallbackContent content;
    content.event = body.substr(0, space);
    content.order = OrderId(body.substr(space + 1));
    content.provider_order = ProviderOrderId("theirs");
    if (content.event == "completed") content.news = billing::News::completed;
    return content;
  }
};

// The real ledger, whose next `failures` updates of a recovery throw.
struct FailingLedger final : ports::Ledger {
  explicit FailingLedger(ports::Ledger& real) : ledger(real) {}
  async::Task<Result<void>> write(ports::LedgerWork work) override {
    ports::LedgerWork racing = [this, work = std::move(work)](ports::LedgerTx& tx) {
      RacingTx failing(tx, [this](ports::LedgerTx&) {
        if (failures-- > 0) throw std::runtime_error("our bug");
      });
      work(failing);
    };
    auto done = co_await ledger.write(std::move(racing));
    co_return done;
  }
  ports::Ledger& ledger;
  int failures = 0;
};

struct InboxBench : Bench {
  FailingLedger failing{*ledger};
  Context own{desk, clock, entropy, failing, events};
  PlainReader reader;
  Tally tally;
  std::vector<Instant> heard;
  Inbox inbox{own, reader, std::chrono::minutes(10), tally,
              [this](Instant next) { heard.push_back(next); }};

  async::Task<void> take_into(SignedCallback callback, Receipt& receipt) {
    auto taken = co_await inbox.take(std::move(callback));
    REQUIRE(taken.has_value());
    receipt = *taken;
  }
  async::Task<void> retry_and_forget() {
    auto retried = co_await inbox.retry_due();
    REQUIRE(retried.has_value());
    auto forgotten = co_await inbox.forget_old_nonces();
    REQUIRE(forgotten.has_value());
  }
  Receipt take(const std::string& nonce, const std::string& body) {
    Receipt receipt = Receipt::repeated_nonce;
    run(take_into(SignedCallback{nonce, "x-nonce: " + nonce, body}, receipt));
    return receipt;
  }
  void retry_at(Instant at) {
    clock.at = at;
    run(retry_and_forget());
  }
  std::vector<ports::StoredCallback> stored(const OrderId& order) {
    std::vector<ports::StoredCallback> found;
    in([&](auto& tx) { found = tx.callbacks_of(order); });
    return found;
  }
  ports::StoredCallback only(const OrderId& order) {
    const auto found = stored(order);
    REQUIRE(found.size() == 1);
    return found[0];
  }
};

OrderId order_of(const std::string& subscription) {
  return order_id(InstallationId("installation-1"), SubscriptionId(subscription), 5, 1);
}

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

TEST_CASE("inbox: a repeated nonce is refused and leaves nothing, until its date would be") {
  InboxBench bench;
  const OrderId order("nobody's");
  CHECK(bench.take("n1", "payout nobody's") == Receipt::stored);
  CHECK(bench.take("n1", "payout nobody's") == Receipt::repeated_nonce);
  CHECK(bench.stored(order).size() == 1);
  CHECK(bench.tally.callbacks == 1);
  bench.retry_at(noon + std::chrono::minutes(10));
  CHECK(bench.take("n1", "payout nobody's") == Receipt::repeated_nonce);
  bench.retry_at(noon + std::chrono::minutes(10) + Millis(1));
  CHECK(bench.take("n1", "payout nobody's") == Receipt::stored);
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
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  bench.retry_at(noon + std::chrono::seconds(59));
  CHECK(bench.recovery(key).state == RecoveryState::waiting);
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
    auto recovery = tx.recovery(key).recovery;
    recovery.provider_order = ProviderOrderId("theirs");
    CHECK(tx.update_recovery(key, recovery.state, recovery));
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
  CHECK(bench.events.count(ports::EventName::callback_failed) == 1);
}

TEST_CASE("inbox: the step that a callback schedules is heard of") {
  InboxBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::failed, billing::Reason::expired);
  bench.rules.late_success = billing::LateSuccess::accept;
  bench.take("n1", "completed " + order_of("S").str());
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
  CHECK(bench.recovery(key).late);
  CHECK(bench.heard.empty());  // nothing is left to do
  CHECK(bench.events.count(ports::EventName::recovery_alarm) == 1);
}

}  // namespace
}  // namespace recycled::engine
