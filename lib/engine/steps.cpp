// What is started, and when: each gateway's queue as far as its pace has room. How a step is
// performed and how it ends is in record.cpp, the calls themselves in calls.cpp.
#include "engine/steps.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "base/failpoint.hpp"
#include "engine/apply.hpp"

namespace recycled::engine {
namespace {

// Of each gateway, its list beside all else.
int places_of(const std::map<GatewayId, PaceLimits>& pace) {
  int places = 1;
  for (const auto& [gateway, limits] : pace) places += limits.in_flight + 1;
  return places;
}

// Looks that wait for one reading of the list are in memory; more than these stay in the queue.
constexpr std::size_t most_looks = 500;

bool looks_in_list(billing::Step step, const billing::Recovery& recovery) {
  return step == billing::Step::inquire && !recovery.provider_order;
}

// One that cannot be in more doubt than it is: an inquiry, a cancel, a request that is repeated.
bool is_harmless(billing::Step step, const billing::Recovery& recovery) {
  return step != billing::Step::send || recovery.left;
}

}  // namespace

Steps::Steps(const Context& context, async::Executor executor, std::map<GatewayId, PaceLimits> pace,
             Tally& tally, PauseWatch& watch, std::function<void(Instant)> on_next)
    : context_(context),
      group_(std::move(executor), places_of(pace)),
      tally_(tally),
      watch_(watch),
      on_next_(std::move(on_next)) {
  for (const auto& [gateway, limits] : pace) {
    lanes_.try_emplace(gateway, gateway, limits);
  }
}

// A probe is chosen from as many as otherwise go at a time.
Steps::Wanted Steps::wanted_of(const Lane& lane, Instant now, int room) {
  const bool probes = lane.pacer.rests(now);
  Wanted wanted;
  wanted.gateway = lane.gateway;
  wanted.now = now;
  wanted.items = static_cast<std::size_t>(room);
  wanted.choice = probes ? Choice::harmless_first : Choice::in_order;
  wanted.candidates = probes ? lane.pacer.limits().in_flight : room;
  return wanted;
}

Steps::Due Steps::read(ports::LedgerTx& tx, const billing::Rules& rules,
                       const std::vector<Wanted>& wanted) {
  Due due;
  if (!wanted.empty()) due.pauses = tx.pauses();
  for (const Wanted& one : wanted) due.queues.push_back(read_queue(tx, rules, due.pauses, one));
  return due;
}

// What is held back all the same stands at the head of its queue and never moves: more is read
// until there is something behind it, or nothing is left.
std::vector<Steps::Item> Steps::read_due(ports::LedgerTx& tx, const billing::Rules& rules,
                                         const Pauses& pauses, const Wanted& wanted) {
  const bool is_paused = stopping(pauses, wanted.gateway) != nullptr;
  const ports::Holding held = is_paused ? holding(tx) : ports::Holding::unsent;
  for (int limit = wanted.candidates;; limit *= 4) {
    auto due = is_paused ? tx.steps_due_in_pause(wanted.gateway, held, wanted.now, limit)
                         : tx.steps_due(wanted.gateway, wanted.now, limit);
    std::vector<Item> items;
    for (auto& stored : due) {
      Item item;
      item.step = billing::step_now(stored.recovery, rules, wanted.now);
      // Time may have made something else of an inquiry.
      const bool asks = item.step == billing::Step::inquire;
      if (held == ports::Holding::all_but_inquiries && !asks) continue;
      item.stored = std::move(stored);
      items.push_back(std::move(item));
    }
    const bool is_all = due.size() < static_cast<std::size_t>(limit);
    if (is_all || items.size() >= wanted.items) return items;
  }
}

Steps::Queue Steps::read_queue(ports::LedgerTx& tx, const billing::Rules& rules,
                               const Pauses& pauses, const Wanted& wanted) {
  Queue queue{wanted, read_due(tx, rules, pauses, wanted)};
  std::vector<Item>& items = queue.items;
  if (wanted.choice == Choice::harmless_first) {
    std::stable_partition(items.begin(), items.end(), [](const Item& item) {
      return is_harmless(item.step, item.stored.recovery);
    });
  }
  if (items.size() > wanted.items) items.resize(wanted.items);
  queue.is_full = items.size() == wanted.items;
  hold(tx, items);
  read_requests(tx, items);
  for (Item& item : items) {
    if (item.step == billing::Step::send) doubt_repeat(tx, item.stored);
    if (item.step == billing::Step::refund) doubt_refund(tx, item.stored);
  }
  return queue;
}

void Steps::read_requests(ports::LedgerTx& tx, std::vector<Item>& items) {
  std::vector<RecoveryKey> keys;
  for (const Item& item : items) {
    if (item.step == billing::Step::send) keys.push_back(item.stored.key);
  }
  auto bodies = tx.requests(keys);
  auto body = bodies.begin();
  for (Item& item : items) {
    if (item.step == billing::Step::send) item.body = std::move(*body++);
  }
}

// In the transaction after which they may leave; what another process was faster with goes.
void Steps::hold(ports::LedgerTx& tx, std::vector<Item>& items) {
  std::vector<RecoveryKey> keys;
  keys.reserve(items.size());
  for (const Item& item : items) keys.push_back(item.stored.key);
  const auto held = tx.hold_calls(keys);
  if (held.size() == items.size()) return;
  const std::unordered_set<RecoveryKey> ours(held.begin(), held.end());
  std::erase_if(items, [&ours](const Item& item) { return !ours.contains(item.stored.key); });
}

std::vector<Steps::Wanted> Steps::wanted(Instant now) {
  std::vector<Wanted> all;
  if (halted()) return all;
  for (auto& [gateway, lane] : lanes_) {
    read_on(lane, now);
    const bool is_full = lane.looks.size() >= most_looks;
    const int room = is_full ? 0 : lane.pacer.room(now);
    lane.more = room == 0 && !is_full;  // for all we know
    if (room > 0) all.push_back(wanted_of(lane, now, room));
  }
  return all;
}

Result<void> Steps::begin(Due due) {
  if (!due.queues.empty()) watch_.saw(due.pauses);
  for (auto& [wanted, items, is_full] : due.queues) {
    if (!items.empty()) may_die_at(Failpoint::calls_held);
    Lane& lane = lanes_.at(wanted.gateway);
    if (is_full) lane.more = true;
    for (Item& item : items) {
      unbegun_.insert(item.stored.key);
      if (!halted()) start(std::move(item), lane, wanted.now);
    }
    read_on(lane, wanted.now);
  }
  const Instant now = context_.clock.now();
  for (auto& [gateway, lane] : lanes_) {
    if (!lane.asks_list && lane.has_looks()) lane.more = true;
    wait_for_room(lane, now);
  }
  if (broken_) std::rethrow_exception(broken_);
  if (failure_) return Failure(*failure_);
  return {};
}

async::Task<Result<void>> Steps::start_due() {
  const auto all = wanted(context_.clock.now());
  if (all.empty()) co_return begin(Due());
  std::function<Due(ports::LedgerTx&)> work = [this, &all](ports::LedgerTx& tx) {
    return read(tx, context_.desk.rules(), all);
  };
  auto due = co_await ports::transact(context_.ledger, std::move(work));
  if (!due) co_return Failure(due.error());
  co_return begin(std::move(*due));
}

void Steps::start(Item item, Lane& lane, Instant now) {
  if (looks_in_list(item.step, item.stored.recovery)) {
    lane.looks.push_back(std::move(item));
    return;
  }
  lane.busy += 1;
  if (item.step != billing::Step::none) lane.pacer.started(now);
  group_.start(perform(do_step(std::move(item), lane), lane));
}

void Steps::wait_for_room(Lane& lane, Instant now) {
  if (!lane.more) return;
  if (const auto at = lane.pacer.opens_at(now)) on_next_(*at);
}

async::Task<Result<void>> Steps::make_inquiries_due(Millis gap) {
  constexpr int page = 5000;
  const Instant now = context_.clock.now();
  std::optional<RecoveryKey> after = RecoveryKey();
  while (after) {
    std::function<std::optional<RecoveryKey>(ports::LedgerTx&)> work =
        [now, gap, after](ports::LedgerTx& tx) {
          return tx.make_inquiries_due(now, now - gap, *after, page);
        };
    auto last = co_await ports::transact(context_.ledger, std::move(work));
    if (!last) co_return Failure(last.error());
    after = *last;
  }
  co_return Result<void>{};
}

async::Task<Result<void>> Steps::tell_of_orphans() {
  std::function<std::vector<GatewayId>(ports::LedgerTx&)> work = [](ports::LedgerTx& tx) {
    return tx.gateways_at_work();
  };
  auto gateways = co_await ports::transact(context_.ledger, std::move(work));
  if (!gateways) co_return Failure(gateways.error());
  for (const GatewayId& gateway : *gateways) {
    if (lanes_.contains(gateway)) continue;
    ports::Event event(ports::EventName::provider_unavailable);
    event.gateway = gateway.str();
    event.reason = "the config has no such gateway any more; its open recoveries wait until it has";
    context_.events.note(event);
  }
  co_return Result<void>{};
}

async::Task<Result<void>> Steps::let_go() {
  if (unbegun_.empty()) co_return Result<void>{};
  ports::LedgerWork work = [this](ports::LedgerTx& tx) {
    for (const RecoveryKey key : unbegun_) tx.let_go(key);
  };
  auto gone = co_await context_.ledger.write(std::move(work));
  if (gone) unbegun_.clear();
  co_return gone;
}

std::size_t Steps::under_way() const {
  std::size_t busy = 0;
  for (const auto& [gateway, lane] : lanes_) busy += static_cast<std::size_t>(lane.busy);
  return busy;
}

bool Steps::is_done() const {
  const Instant now = context_.clock.now();
  return std::all_of(lanes_.begin(), lanes_.end(), [now](const auto& entry) {
    const Lane& lane = entry.second;
    return lane.busy == 0 && (!lane.more || lane.pacer.rests(now));
  });
}

std::vector<GatewayId> Steps::resting() const {
  const Instant now = context_.clock.now();
  std::vector<GatewayId> found;
  for (const auto& [gateway, lane] : lanes_) {
    if (lane.pacer.rests(now)) found.push_back(gateway);
  }
  return found;
}

async::Task<Result<void>> Steps::join() {
  co_await group_.join();
  if (broken_) std::rethrow_exception(broken_);
  if (failure_) co_return Failure(*failure_);
  co_return Result<void>{};
}

}  // namespace recycled::engine
