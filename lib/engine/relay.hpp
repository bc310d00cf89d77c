// Carries the outbox to its receivers: at least once, in order for one subject, and never one
// subject for another. A delivery is marked after its receiver has it; whatever dies in between is
// delivered again under the same id.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "engine/context.hpp"
#include "engine/tally.hpp"

namespace recycled::engine {

struct RelaySettings {
  int in_flight = 8;                            // deliveries to one sink at a time
  Millis give_up_after = std::chrono::days(3);  // from being queued on; then a person
  Millis first_backoff = std::chrono::seconds(5);
  Millis longest_backoff = std::chrono::hours(1);
};

using Sinks = std::map<ports::Sink, ports::EventSink*>;

class Relay {
 public:
  // All outlive the relay. `on_next` hears of each later try as it is scheduled.
  Relay(const Context& context, const Sinks& sinks, const async::Executor& executor,
        RelaySettings settings, Tally& tally, std::function<void(Instant)> on_next);

  // What is due, as far as there is room: asked for, read in a transaction by the ledger's thread,
  // and begun. Each that ends is followed by the next due one.
  struct Wanted;
  struct Found;
  Wanted wanted(Instant now) const;
  static std::vector<Found> read(ports::LedgerTx& tx, const Wanted& wanted);
  Result<void> begin(std::vector<Found> found);
  // All that was due when it was called, each tried once, and waits until that has ended.
  async::Task<Result<void>> once();
  // The first try that becomes due later than `after`, at any sink of ours.
  std::optional<Instant> next_after(ports::LedgerTx& tx, Instant after) const;
  // Until nothing is under way. The first failure of the ledger, if there was one.
  async::Task<Result<void>> join();

  void stop() { stopping_ = true; }

 private:
  using Due = std::vector<ports::DueDelivery>;

  struct Lane {
    ports::Sink sink;
    ports::EventSink* receiver;
    std::set<OutboxKey> busy{};  // still due in the ledger
  };

  struct Marked {
    bool was_waiting = false;
    Due due;
  };

  Instant horizon() const { return horizon_.value_or(context_.clock.now()); }
  async::Task<Result<void>> start_due();
  bool halted() const { return stopping_ || failure_ || broken_; }
  std::optional<ports::DueDelivery> take_free(Lane& lane, Due& due) const;
  async::Task<void> work(ports::DueDelivery first, Lane& lane);
  async::Task<Due> deliver(ports::DueDelivery due, Lane& lane);
  ports::Delivery judged(ports::Delivery delivery, const ports::SinkReply& reply,
                         Instant now) const;
  void tell(const ports::DueDelivery& due, const ports::Delivery& after);

  const Context& context_;
  const RelaySettings settings_;
  async::TaskGroup group_;
  Tally& tally_;
  std::function<void(Instant)> on_next_;
  std::vector<Lane> lanes_;
  std::optional<Instant> horizon_;  // of once(): what becomes due later is the next pass's
  std::optional<Error> failure_;
  std::exception_ptr broken_;
  bool stopping_ = false;
};

struct Relay::Wanted {
  std::vector<ports::Sink> sinks;
  Instant until;
  int items = 0;  // of each
};

struct Relay::Found {
  ports::Sink sink;
  Due due;
  bool all_queued = true;
};

// Delivers it again from the next run on, in its place among its subject's: where it is dead, or
// else everywhere. Audited. False: no sink has ever been there for it.
[[nodiscard]] bool replay_event(ports::LedgerTx& tx, const ports::StoredEvent& stored, Instant now);

}  // namespace recycled::engine
