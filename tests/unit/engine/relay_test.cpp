// The outbox on its way: at least once, in order for one subscription, and none for ever.
#include "engine/relay.hpp"

#include "base/ensure.hpp"
#include "unit/engine/relay_bench.hpp"

namespace recycled::engine {
namespace {

using ports::DeliveryState;
using ports::Sink;
using std::chrono::hours;
using std::chrono::seconds;

ports::SinkReply no(const std::string& why, std::optional<Millis> retry_after = std::nullopt) {
  return {ports::SinkReply::Result::not_taken, why, retry_after};
}
const ports::SinkReply yes{ports::SinkReply::Result::taken, "", std::nullopt};

using Keys = std::vector<std::int64_t>;

TEST_CASE("relay: an event reaches its receiver once, and is marked with when") {
  RelayBench bench;
  bench.tell({"A", "B"});
  bench.pass();
  REQUIRE(bench.result.has_value());
  CHECK(bench.webhook.keys() == Keys{1, 2});
  CHECK(bench.webhook.got[0].type == "subscription.recovered");
  CHECK(bench.webhook.got[0].id != bench.webhook.got[1].id);
  CHECK(bench.webhook.got[0].id.starts_with("evt_"));
  CHECK(bench.delivery(1).state == DeliveryState::delivered);
  CHECK(bench.delivery(1).delivered_at == noon);
  CHECK(bench.events.count(ports::EventName::event_delivered) == 2);
  CHECK(bench.tally.delivered == 2);
  bench.pass();
  CHECK(bench.webhook.got.size() == 2);
}

TEST_CASE("relay: each of two receivers gets all, whatever the other says") {
  RelayBench bench;
  FakeSink file;
  bench.sinks.emplace(Sink::jsonl, &file);
  bench.tell({"A", "B"});
  bench.webhook.replies[1] = {no("HTTP 500")};
  bench.pass();
  CHECK(file.keys() == Keys{1, 2});
  CHECK(bench.webhook.keys() == Keys{1, 2});
  CHECK(bench.delivery(1, 0).state == DeliveryState::delivered);
  CHECK(bench.delivery(1, 1).state == DeliveryState::waiting);
  CHECK(file.got[0].id == bench.webhook.got[0].id);
}

TEST_CASE("relay: a later event of a subscription waits for the earlier, and nobody else does") {
  RelayBench bench;
  bench.tell({"A", "A", "B"});
  bench.webhook.replies[1] = {no("HTTP 503"), yes};
  bench.pass();
  CHECK(bench.webhook.keys() == Keys{1, 3});
  bench.pass();  // not due yet
  CHECK(bench.webhook.keys() == Keys{1, 3});
  bench.clock.at += seconds(5);
  bench.pass();  // and with the first, the second goes in the same pass
  CHECK(bench.webhook.keys() == Keys{1, 3, 1, 2});
  CHECK(bench.webhook.got[2].id == bench.webhook.got[0].id);
}

TEST_CASE("L21 relay: the waits double up to the longest, with full jitter") {
  RelayBench bench;  // the dice say 0.5
  bench.tell({"A"});
  bench.webhook.replies[1] = {no("HTTP 500")};
  for (const Millis wait : {Millis(2500), Millis(5000), Millis(10'000), Millis(20'000)}) {
    bench.next.reset();
    bench.pass();
    CHECK(bench.delivery(1).next_at == bench.clock.at + wait);
    CHECK(bench.next == bench.clock.at + wait);
    bench.clock.at += wait;
  }
  CHECK(bench.delivery(1).tries == 4);
  CHECK(bench.delivery(1).error == "HTTP 500");
  CHECK(bench.events.count(ports::EventName::event_failed) == 4);
  CHECK(bench.events.events.back().count == 4);
  CHECK(bench.events.events.back().reason == "webhook: event 1, subscription.recovered: HTTP 500");
  CHECK(bench.events.events.back().subscription == "A");
  for (int tried = 0; tried < 12; ++tried) {
    bench.pass();
    bench.clock.at = bench.delivery(1).next_at.value();
  }
  bench.pass();
  CHECK(bench.delivery(1).next_at == bench.clock.at + std::chrono::minutes(30));
}

TEST_CASE("relay: Retry-After is honoured, up to an hour") {
  RelayBench bench;
  bench.tell({"A", "B"});
  bench.webhook.replies[1] = {no("HTTP 429", seconds(90))};
  bench.webhook.replies[2] = {no("HTTP 503", hours(100))};
  bench.pass();
  CHECK(bench.delivery(1).next_at == noon + seconds(90));
  CHECK(bench.delivery(2).next_at == noon + hours(1));
}

TEST_CASE("relay: after give_up_after it is dead, a person is told, and the next one goes") {
  RelayBench bench;
  bench.settings.give_up_after = hours(2);
  bench.tell({"A", "A"});
  bench.webhook.replies[1] = {no("HTTP 410")};
  bench.pass();
  for (int passes = 0; bench.delivery(1).next_at && passes < 100; ++passes) {
    bench.clock.at = *bench.delivery(1).next_at;
    bench.pass();
  }
  CHECK(bench.clock.at == noon + hours(2));  // the last try is made when its time is over
  const auto given_up = bench.delivery(1);
  CHECK(given_up.state == DeliveryState::dead);
  CHECK(given_up.error == "HTTP 410");
  CHECK(bench.events.count(ports::EventName::event_given_up) == 1);
  CHECK(ports::row_of(ports::EventName::event_given_up).level == ports::Level::error);
  CHECK(bench.webhook.keys().back() == 2);
  CHECK(bench.delivery(2).state == DeliveryState::delivered);
  const auto subscription = bench.subscription("A").key;
  bench.in([&](auto& tx) {
    CHECK(tx.counts().waiting_for_person == 1);
    const auto audit = tx.audit_of(subscription);
    REQUIRE(audit.size() == 1);
    CHECK(audit[0].event == "event.given_up");
    CHECK(audit[0].after == "dead");
  });
}

TEST_CASE("relay: what waited behind a dead one is tried at least once") {
  RelayBench bench;
  bench.settings.give_up_after = seconds(1);
  bench.tell({"A", "A"});
  bench.webhook.replies[1] = {no("timeout")};
  bench.webhook.replies[2] = {no("timeout")};
  bench.pass();
  bench.clock.at += seconds(30);
  bench.pass();
  CHECK(bench.webhook.keys() == Keys{1, 1, 2});
  CHECK(bench.delivery(2).state == DeliveryState::dead);
}

TEST_CASE("relay: a person has a dead one delivered again, under its id, and that is audited") {
  RelayBench bench;
  bench.settings.give_up_after = Millis(10);
  FakeSink file;
  bench.sinks.emplace(Sink::jsonl, &file);
  bench.tell({"A"});
  bench.webhook.replies[1] = {no("HTTP 500"), no("HTTP 500"), yes};
  bench.pass();
  bench.clock.at += seconds(30);
  bench.pass();
  REQUIRE(bench.delivery(1, 1).state == DeliveryState::dead);
  bench.replay(1);
  bench.pass();
  CHECK(bench.delivery(1, 1).state == DeliveryState::delivered);
  CHECK(bench.webhook.got.back().id == bench.webhook.got.front().id);
  CHECK(file.got.size() == 1);  // where it was through it is not sent twice
  bench.replay(1);              // now it goes to both
  bench.pass();
  CHECK(file.got.size() == 2);
  CHECK(bench.webhook.got.size() == 4);
  const auto subscription = bench.subscription("A").key;
  bench.in([&](auto& tx) {
    const auto audit = tx.audit_of(subscription);
    REQUIRE(audit.size() == 4);  // given up, replayed; replayed at both
    CHECK(audit[1].event == "event.replayed");
    CHECK(audit[1].before == "dead");
    CHECK(audit[1].after == "waiting");
    CHECK(audit[1].reason == "webhook: event 1, subscription.recovered");
  });
  bench.tell({"B"});
  bench.in([&](auto& tx) {  // nobody has been there for it: nothing to replay
    CHECK_FALSE(replay_event(tx, tx.event(OutboxKey(2)).value(), noon));
  });
}

// Commits nothing from the given write on, as a process that was killed.
struct DyingLedger final : ports::Ledger {
  DyingLedger(ports::Ledger& real, int writes) : ledger(real), left(writes) {}
  async::Task<Result<void>> write(ports::LedgerWork work) override {
    if (left-- <= 0) throw std::runtime_error("killed");
    auto done = co_await ledger.write(std::move(work));
    co_return done;
  }
  ports::Ledger& ledger;
  int left;
};

TEST_CASE("X1 relay: a death between delivery and mark is a second delivery, never a lost one") {
  RelayBench bench;
  bench.tell({"A", "A"});
  DyingLedger dying(*bench.ledger, 1);  // it reads, and dies before the first mark
  CHECK_THROWS_WITH(bench.pass(&dying), "killed");
  CHECK(bench.webhook.keys() == Keys{1});
  CHECK(bench.delivery(1).state == DeliveryState::waiting);
  bench.pass();
  CHECK(bench.webhook.keys() == Keys{1, 1, 2});
  CHECK(bench.webhook.got[0].id == bench.webhook.got[1].id);
}

TEST_CASE("relay: never more under way than allowed, and all get through") {
  RelayBench bench;
  bench.settings.in_flight = 3;
  std::vector<std::string> ids;
  ids.reserve(25);
  for (int number = 0; number < 25; ++number) ids.push_back("S" + std::to_string(number));
  bench.tell(ids);
  bench.pass();
  CHECK(bench.webhook.most_under_way == 3);
  CHECK(bench.webhook.got.size() == 25);
  CHECK(bench.tally.delivered == 25);
}

TEST_CASE("relay: without a receiver nothing is queued, and one that comes later gets all") {
  RelayBench bench;
  bench.tell({"A", "B"});
  bench.sinks.clear();
  bench.pass();
  bench.in([](auto& tx) { CHECK(tx.event(OutboxKey(1))->deliveries.empty()); });
  bench.sinks.emplace(Sink::webhook, &bench.webhook);
  bench.pass();
  CHECK(bench.webhook.keys() == Keys{1, 2});
}

TEST_CASE("relay: a broken sink is our bug and comes out") {
  RelayBench bench;
  bench.tell({"A"});
  bench.webhook.broken = true;
  CHECK_THROWS_AS(bench.pass(), Bug);
  CHECK(bench.delivery(1).state == DeliveryState::waiting);
}

}  // namespace
}  // namespace recycled::engine
