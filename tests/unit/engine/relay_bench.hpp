// A relay on a real ledger, and a receiver that says what it is told to.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/suspend.hpp"
#include "base/ensure.hpp"
#include "engine/relay.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {

// What a receiver got, and what it says to which event: the last answer of a key is kept for good.
struct FakeSink final : ports::EventSink {
  struct Got {
    std::string id;
    std::int64_t key;
    std::string type;
    ports::OutboundEvent event;
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
    got.push_back({id, event.key.value(), event.type, event});
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
        row.subject = tx.subscription(SubscriptionId(id))->key;
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
  Sinks sinks{{ports::Sink::webhook, &webhook}};
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

}  // namespace recycled::engine
