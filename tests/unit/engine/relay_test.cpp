// The outbox on its way: at least once, in order for one subscription, and none for ever.
#include "engine/relay.hpp"

#include <algorithm>

#include "async/suspend.hpp"
#include "base/ensure.hpp"
#include "engine/announce.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using ports::DeliveryState;
using ports::Sink;
using std::chrono::hours;
using std::chrono::seconds;

// What a receiver got, and what it says to which event: the last answer of a key is kept for good.
struct FakeSink final : ports::EventSink {
  struct Got {
    std::string id;
    std::int64_t key;
    std::string type;
  };
  std::vector<Got> got;
  std::map<std::int64_t, std::vector<ports::SinkReply>> replies;  // else taken
  int under_way = 0;
  int most_under_way = 0;
  bool broken = false;

  async::Task<ports::SinkReply> deliver(std::string id, ports::OutboundEvent event) override {
    if (broken) throw Bug("a broken sink");
    most_under_way = std::max(most_under_way, ++under_way);
    co_await pause();
    --under_way;
    got.push_back({id, event.key.value(), event.type});
    ports::SinkReply reply;
    reply.result = ports::SinkReply::Result::taken;
    auto& said = replies[event.key.value()];
    if (!said.empty()) reply = said.front();
    if (said.size() > 1) said.erase(said.begin());
    co_return reply;
  }

  std::vector<std::int64_t> keys() const {
    std::vector<std::int64_t> keys;
    for (const Got& one : got) keys.push_back(one.key);
    return keys;
  }

 private:
  // Lets whoever else is ready go first, as a network does.
  static async::Task<void> pause() {
    std::function<void(async::Resume)> start = [](const async::Resume& resume) { resume(); };
    co_await async::until_resumed(std::move(start));
  }
};

ports::SinkReply no(const std::string& why, std::optional<Millis> retry_after = std::nullopt) {
  return {ports::SinkReply::Result::not_taken, why, retry_after};
}
const ports::SinkReply yes{ports::SinkReply::Result::taken, "", std::nullopt};

using Keys = std::vector<std::int64_t>;

struct RelayBench : Bench {
  // Each subscription of `ids` has an event, in that order.
  void tell(const std::vector<std::string>& ids,
            const std::string& type = "subscription.recovered") {
    for (const std::string& id : ids) {
      accept(declined(id));
      in([&](auto& tx) {
        ports::OutboxRow row;
        row.at = clock.at;
        row.type = type;
        row.subscription = tx.subscription(SubscriptionId(id))->key;
        row.gateway = GatewayId("bank");
        tx.add_outbox(row);
      });
    }
  }
  // A process that lives for one pass; it may die of an exception.
  void pass(ports::Ledger* other = nullptr) {
    const Context its_own{desk, clock, entropy, other == nullptr ? *ledger : *other, events};
    boost::asio::io_context io;
    Relay relay(its_own, sinks, io.get_executor(), settings, tally,
                [this](Instant at) { next = std::min(next.value_or(at), at); });
    async::run_to_end(io, once(relay));
  }
  ports::Delivery delivery(std::int64_t key, std::size_t sink = 0) {
    std::optional<ports::StoredEvent> stored;
    in([&](auto& tx) { stored = tx.event(OutboxKey(key)); });
    return stored.value().deliveries.at(sink);
  }
  void replay(std::int64_t key) {
    in([&](auto& tx) { CHECK(replay_event(tx, tx.event(OutboxKey(key)).value(), clock.at)); });
  }

  FakeSink webhook;
  Sinks sinks{{Sink::webhook, &webhook}};
  RelaySettings settings;
  Tally tally;
  std::optional<Instant> next;
  Result<void> result;

 private:
  async::Task<void> once(Relay& relay) {
    auto done = co_await relay.once();
    result = done;
  }
};

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

std::vector<std::string> types_of(RelayBench& bench) {
  bench.webhook.got.clear();
  bench.pass();
  std::vector<std::string> types;
  for (const auto& one : bench.webhook.got) types.push_back(one.type);
  return types;
}

using Types = std::vector<std::string>;

TEST_CASE("events: what a decision tells is told in its transaction, once, in order") {
  RelayBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", billing::RecoveryState::waiting);
  const auto hear = [&](billing::News news) {
    const billing::Event event =
        billing::Learned{news, billing::Source::callback, ProviderOrderId("theirs"), std::nullopt};
    bench.in([&](auto& tx) { apply(tx, key, event, bench.desk, {bench.clock.at, 0.5, {}}); });
  };
  hear(billing::News::challenge);
  CHECK(types_of(bench) == Types{"recovery.parked"});
  hear(billing::News::challenge);
  CHECK(types_of(bench).empty());
  hear(billing::News::completed);
  CHECK(types_of(bench) == Types{"subscription.recovered", "fulfillment.requested"});
  hear(billing::News::refunded);
  CHECK(types_of(bench) == Types{"refund.received"});
  hear(billing::News::refunded);
  hear(billing::News::charged_back);
  CHECK(types_of(bench) == Types{"chargeback.received"});
}

TEST_CASE("events: a failure, and a success that comes after it") {
  for (const auto policy : {billing::LateSuccess::accept, billing::LateSuccess::hold}) {
    RelayBench bench;
    bench.rules.late_success = policy;
    bench.accept(declined("S"));
    const auto key = bench.hand_over("S", billing::RecoveryState::waiting);
    const auto hear = [&](billing::News news) {
      const billing::Event event = billing::Learned{news, billing::Source::callback,
                                                    ProviderOrderId("theirs"), std::nullopt};
      bench.in([&](auto& tx) { apply(tx, key, event, bench.desk, {bench.clock.at, 0.5, {}}); });
    };
    hear(billing::News::expired);
    CHECK(types_of(bench) == Types{"subscription.recycle_failed"});
    hear(billing::News::completed);
    const Types late =
        policy == billing::LateSuccess::accept
            ? Types{"subscription.recovered", "fulfillment.requested", "recovery.late_success"}
            : Types{"recovery.parked", "recovery.late_success"};
    CHECK(types_of(bench) == late);
  }
}

TEST_CASE("events: they say what to do: amount, gateway gone back to, next bill date, orders") {
  RelayBench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", billing::RecoveryState::waiting);
  const billing::Event event = billing::Learned{billing::News::completed, billing::Source::callback,
                                                ProviderOrderId("theirs"), std::nullopt};
  bench.in([&](auto& tx) { apply(tx, key, event, bench.desk, {bench.clock.at, 0.5, {}}); });
  const auto order = bench.recovery(key).order;
  bench.in([&](auto& tx) {
    const auto told = tx.event(OutboxKey(1)).value().event;
    CHECK(told.subscription == SubscriptionId("S"));
    CHECK(told.cycle == 5);
    CHECK(told.amount == Money{8995, {}});
    CHECK(told.gateway == GatewayId("bank"));
    CHECK(told.next_bill_on == parse_date("2026-12-23"));
    CHECK(told.order == order);
    CHECK(told.provider_order == ProviderOrderId("theirs"));
  });
}

TEST_CASE("event_id: other installations and restored backups never share one") {
  ports::OutboundEvent event;
  event.key = OutboxKey(7);
  event.type = "a.b";
  event.at = noon;
  const auto id = event_id(InstallationId("one"), event);
  CHECK(id == event_id(InstallationId("one"), event));
  CHECK(id != event_id(InstallationId("two"), event));
  auto restored = event;
  restored.at += Millis(1);
  CHECK(id != event_id(InstallationId("one"), restored));
}

}  // namespace
}  // namespace recycled::engine
