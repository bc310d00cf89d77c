// Does what is due next about open recoveries, many at a time: the hand-over itself, inquiries,
// withdrawals. Each call's outcome is decided upon and committed before the step counts as done.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "async/task_group.hpp"
#include "engine/calls.hpp"
#include "engine/context.hpp"
#include "engine/list_reading.hpp"
#include "engine/pacer.hpp"
#include "engine/pause.hpp"
#include "engine/tally.hpp"

namespace recycled::engine {

class Steps {
 public:
  // A lane for each gateway of `pace`; what belongs to any other waits. `on_next` hears of each
  // later step as it is scheduled, and of room for what is due, so that whoever sleeps can wake in
  // time. `watch` hears of pauses, which hold what has not left yet.
  Steps(const Context& context, async::Executor executor, std::map<GatewayId, PaceLimits> pace,
        Tally& tally, PauseWatch& watch, std::function<void(Instant)> on_next);

  // What is due of each gateway's queue, earliest first, as far as its pace has room: asked for,
  // read in a transaction by the ledger's thread, and then begun. Each as one of several parts that
  // share a transaction, or all of it at once.
  struct Wanted;
  struct Due;
  std::vector<Wanted> wanted(Instant now);
  static Due read(ports::LedgerTx& tx, const billing::Rules& rules,
                  const std::vector<Wanted>& wanted);
  Result<void> begin(Due due);
  async::Task<Result<void>> start_due();
  // Makes every recovery FlexFactor is working on due for an inquiry that was claimed before now
  // and not asked about for `gap`: what `once` does for want of callbacks (mission.md X3).
  async::Task<Result<void>> make_inquiries_due(Millis gap);
  // Tells of open recoveries whose gateway the config does not have any more: they wait until it
  // has.
  async::Task<Result<void>> tell_of_orphans();
  // Lets go of what was taken to be begun and never was. At the end, when nothing is under way.
  async::Task<Result<void>> let_go();
  // Nothing is under way, and whatever else is due belongs to a gateway that rests.
  bool is_done() const;
  std::size_t under_way() const;
  // The gateways whose queue waits because they do not answer, or asked for it.
  std::vector<GatewayId> resting() const;
  // Until nothing is under way. The first failure of the ledger, if there was one: from then on
  // nothing new is started, for what cannot be recorded must not be done.
  async::Task<Result<void>> join();

  // Of a call that another part of the engine has made: how the gateway bears it.
  void heard(const GatewayId& gateway, const Ended& ended);
  // What a decision came to, here or in another part: told, counted, and looked at again in time.
  // A failure ends all work.
  void note(const Result<Applied>& applied);

  void stop() { stopping_ = true; }

 private:
  struct Item {
    ports::StoredRecovery stored;
    billing::Step step = billing::Step::none;
    std::string body;       // with Step::send
    bool is_alone = false;  // a look that is for it alone
  };
  // A page is a call of the gateway's pace.
  struct Reading {
    ListReading list;
    std::map<OrderId, Item> items;  // that are looked for
  };
  // What is done at one gateway.
  struct Lane {
    Lane(GatewayId id, PaceLimits limits) : gateway(std::move(id)), pacer(limits) {}

    const GatewayId gateway;
    Pacer pacer;
    int busy = 0;                      // calls, or what came of them, under way
    bool more = false;                 // more may be due than there was room for
    std::vector<Item> looks{};         // for the next reading of the list
    std::optional<Reading> reading{};  // of the list
    bool asks_list = false;            // a page of it is under way

    bool has_looks() const { return reading || !looks.empty(); }
  };

  struct Queue;
  enum class Choice { in_order, harmless_first };

  static Wanted wanted_of(const Lane& lane, Instant now, int room);
  static std::vector<Item> read_due(ports::LedgerTx& tx, const billing::Rules& rules,
                                    const Pauses& pauses, const Wanted& wanted);
  static Queue read_queue(ports::LedgerTx& tx, const billing::Rules& rules, const Pauses& pauses,
                          const Wanted& wanted);
  static void hold(ports::LedgerTx& tx, std::vector<Item>& items);
  static void read_requests(ports::LedgerTx& tx, std::vector<Item>& items);
  void start(Item item, Lane& lane, Instant now);
  void wait_for_room(Lane& lane, Instant now);
  async::Task<void> perform(async::Task<void> work, Lane& lane);
  async::Task<void> do_step(Item item, Lane& lane);
  bool is_ours_no_more();
  bool halted() const { return stopping_ || failure_ || broken_; }
  void read_on(Lane& lane, Instant now);
  static bool begin_reading(Lane& lane, Instant now);
  async::Task<void> read_page(Lane& lane);
  async::Task<void> release(Item item);
  void pace(Lane& lane, ports::Service service, std::optional<Millis> retry_after,
            Instant started_at);
  void note_call(const Lane& lane, ports::Service service, Pacer::Change change);
  async::Task<void> record(Ended ended, Lane& lane);
  async::Task<void> conclude(Ended ended, Lane& lane);

  const Context& context_;
  std::map<GatewayId, Lane> lanes_;
  async::TaskGroup group_;
  Tally& tally_;
  PauseWatch& watch_;
  std::function<void(Instant)> on_next_;
  std::unordered_set<RecoveryKey> unbegun_;  // held, and nothing has been done about them
  std::optional<Error> failure_;
  std::exception_ptr broken_;
  bool stopping_ = false;
};

// What is to be read of a gateway's queue: a copy, for the ledger's thread is another one.
struct Steps::Wanted {
  GatewayId gateway;
  Instant now;
  std::size_t items = 0;
  Choice choice = Choice::in_order;
  int candidates = 0;  // the items are chosen from so many
};

// What was found, which is held from here on.
struct Steps::Queue {
  Wanted wanted;
  std::vector<Item> items;
  bool is_full = false;  // as many as were wanted, those among them that another was faster with
};

struct Steps::Due {
  std::vector<Queue> queues;
  Pauses pauses;  // if there are queues
};

}  // namespace recycled::engine
