// Does what is due next about open recoveries, many at a time: the hand-over itself, inquiries,
// withdrawals. Each call's outcome is decided upon and committed before the step counts as done.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <unordered_set>

#include "async/task_group.hpp"
#include "engine/context.hpp"
#include "engine/tally.hpp"

namespace recycled::engine {

class Steps {
 public:
  // `on_next` hears of each later step as it is scheduled, so that whoever sleeps can wake in time.
  Steps(const Context& context, async::Executor executor, int in_flight, Tally& tally,
        std::function<void(Instant)> on_next);

  // Starts all that is due now, earliest first, waiting for a free place where none is. Returns
  // once the last is started.
  async::Task<Result<void>> start_due();
  // Asks about every recovery FlexFactor is working on, due or not, that was claimed before now and
  // not asked about for `gap`: what `once` does for want of callbacks (mission.md X3).
  async::Task<Result<void>> poll_waiting(Millis gap);
  // Until nothing is under way. The first failure of the ledger, if there was one: from then on
  // nothing new is started, for what cannot be recorded must not be done.
  async::Task<Result<void>> join();

  void stop() { stopping_ = true; }

 private:
  struct Item {
    ports::StoredRecovery stored;
    billing::Step step = billing::Step::none;
    std::string body;  // with Step::send
  };
  struct Batch {
    std::vector<Item> items;
    ports::DueCursor after;
    bool more = false;
  };

  static Batch load_due(ports::LedgerTx& tx, const Desk& desk, Instant now, ports::DueCursor after,
                        int limit);
  static std::vector<Item> load_waiting(ports::LedgerTx& tx, Instant not_asked_since);
  async::Task<void> start(std::vector<Item> items);
  async::Task<void> perform(Item item);
  async::Task<void> do_step(Item item);
  bool halted() const { return stopping_ || failure_ || broken_; }
  async::Task<void> dispatch(Item item);
  async::Task<void> inquire(Item item);
  async::Task<void> withdraw(Item item);
  async::Task<void> release(Item item);
  bool is_orphan(const Item& item);
  ports::Provider& provider_of(const Item& item) const;
  static ports::Event line_for(ports::EventName name, const Item& item);
  async::Task<void> record(Item item, ports::Attempt attempt, billing::Event event);
  void note(const Result<Applied>& applied);

  const Context& context_;
  async::TaskGroup group_;
  int in_flight_;
  Tally& tally_;
  std::function<void(Instant)> on_next_;
  std::unordered_set<RecoveryKey> busy_;
  std::unordered_set<GatewayId> missing_;  // gateways whose absence was told of
  std::optional<Error> failure_;
  std::exception_ptr broken_;
  bool stopping_ = false;
};

}  // namespace recycled::engine
