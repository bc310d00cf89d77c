#include "engine/steps.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace recycled::engine {

Steps::Steps(const Context& context, async::Executor executor, int in_flight, Tally& tally,
             std::function<void(Instant)> on_next)
    : context_(context),
      group_(std::move(executor), in_flight),
      in_flight_(in_flight),
      tally_(tally),
      on_next_(std::move(on_next)) {}

Steps::Batch Steps::load_due(ports::LedgerTx& tx, const Desk& desk, Instant now,
                             ports::DueCursor after, int limit) {
  Batch batch;
  batch.after = after;
  auto due = tx.steps_due(now, after, limit);
  batch.more = static_cast<int>(due.size()) == limit;
  for (ports::StoredRecovery& stored : due) {
    batch.after = ports::DueCursor{*stored.recovery.next_at, stored.key.value()};
    Item item;
    item.step = billing::step_now(stored.recovery, desk.rules(), now);
    if (item.step == billing::Step::send) item.body = tx.request(stored.key);
    item.stored = std::move(stored);
    batch.items.push_back(std::move(item));
  }
  return batch;
}

async::Task<Result<void>> Steps::start_due() {
  ports::DueCursor after;
  const Instant now = context_.clock.now();
  const int limit = std::max(64, in_flight_ * 4);
  while (!halted()) {
    std::function<Batch(ports::LedgerTx&)> work = [this, now, after, limit](ports::LedgerTx& tx) {
      return load_due(tx, context_.desk, now, after, limit);
    };
    auto batch = co_await ports::transact(context_.ledger, std::move(work));
    if (!batch) co_return Failure(batch.error());
    after = batch->after;
    const bool more = batch->more;
    std::vector<Item> items = std::move(batch->items);
    co_await start(std::move(items));
    if (!more) break;
  }
  if (broken_) std::rethrow_exception(broken_);
  if (failure_) co_return Failure(*failure_);
  co_return Result<void>{};
}

std::vector<Steps::Item> Steps::load_waiting(ports::LedgerTx& tx, Instant not_asked_since) {
  constexpr int page = 500;
  std::vector<Item> items;
  for (const auto state : {billing::RecoveryState::waiting, billing::RecoveryState::grace}) {
    RecoveryKey after;
    for (;;) {
      auto rows = tx.in_state(state, after, page);
      for (ports::StoredRecovery& stored : rows) {
        after = stored.key;
        if (stored.recovery.step != billing::Step::inquire) continue;
        const auto attempts = tx.attempts(stored.key);
        if (!attempts.empty() && attempts.back().started_at > not_asked_since) continue;
        items.push_back(Item{std::move(stored), billing::Step::inquire, {}});
      }
      if (static_cast<int>(rows.size()) < page) break;
    }
  }
  return items;
}

async::Task<Result<void>> Steps::poll_waiting(Millis gap) {
  const Instant not_asked_since = context_.clock.now() - gap;
  std::function<std::vector<Item>(ports::LedgerTx&)> work = [not_asked_since](ports::LedgerTx& tx) {
    return load_waiting(tx, not_asked_since);
  };
  auto items = co_await ports::transact(context_.ledger, std::move(work));
  if (!items) co_return Failure(items.error());
  co_await start(std::move(*items));
  co_return Result<void>{};
}

async::Task<void> Steps::start(std::vector<Item> items) {
  for (Item& item : items) {
    if (halted()) co_return;
    if (is_orphan(item)) continue;
    if (!busy_.insert(item.stored.key).second) continue;
    auto task = perform(std::move(item));
    co_await group_.spawn(std::move(task));
  }
}

async::Task<Result<void>> Steps::join() {
  co_await group_.join();
  if (broken_) std::rethrow_exception(broken_);
  if (failure_) co_return Failure(*failure_);
  co_return Result<void>{};
}

async::Task<void> Steps::perform(Item item) {
  const RecoveryKey key = item.stored.key;
  try {
    co_await do_step(std::move(item));
  } catch (...) {  // our bug: whoever waits for us is to hear of it now, not at the end
    broken_ = std::current_exception();
    on_next_(context_.clock.now());
  }
  busy_.erase(key);
}

async::Task<void> Steps::do_step(Item item) {
  switch (item.step) {
    case billing::Step::none:
      co_await release(std::move(item));
      break;
    case billing::Step::send:
      co_await dispatch(std::move(item));
      break;
    case billing::Step::inquire:
      co_await inquire(std::move(item));
      break;
    case billing::Step::cancel:
    case billing::Step::external_cancel:
      co_await withdraw(std::move(item));
      break;
  }
}

// The operator took a gateway out of the config while it had work: that work waits, and is told of.
bool Steps::is_orphan(const Item& item) {
  const GatewayId& gateway = item.stored.recovery.provider_gateway;
  if (context_.desk.providers.find(gateway) != nullptr) return false;
  if (missing_.insert(gateway).second) {
    ports::Event event = line_for(ports::EventName::provider_unavailable, item);
    event.reason = "the config has no such gateway any more; its open recoveries wait until it has";
    context_.events.note(event);
  }
  return true;
}

ports::Provider& Steps::provider_of(const Item& item) const {
  ports::Provider* provider = context_.desk.providers.find(item.stored.recovery.provider_gateway);
  ensure(provider != nullptr, "orphans are not started");
  return *provider;
}

ports::Event Steps::line_for(ports::EventName name, const Item& item) {
  ports::Event line(name);
  line.recovery = std::to_string(item.stored.key.value());
  line.subscription = item.stored.subscription.str();
  line.order = item.stored.recovery.order.str();
  line.gateway = item.stored.recovery.provider_gateway.str();
  return line;
}

// The end of every call: what came of it, and what that means, in one transaction.
async::Task<void> Steps::record(Item item, ports::Attempt attempt, billing::Event event) {
  attempt.recovery = item.stored.key;
  attempt.step = item.step;
  Moment moment = context_.moment();
  attempt.took = moment.now - attempt.started_at;
  tally_.calls += 1;
  const RecoveryKey key = item.stored.key;
  std::function<Applied(ports::LedgerTx&)> work = [this, key, &attempt, &event,
                                                   moment](ports::LedgerTx& tx) {
    tx.add_attempt(attempt);
    return apply(tx, key, event, context_.desk, moment);
  };
  auto applied = co_await ports::transact(context_.ledger, std::move(work));
  note(applied);
}

async::Task<void> Steps::release(Item item) {
  const Moment moment = context_.moment();
  const RecoveryKey key = item.stored.key;
  std::function<Applied(ports::LedgerTx&)> work = [this, key, moment](ports::LedgerTx& tx) {
    return apply_release(tx, key, context_.desk, moment);
  };
  auto applied = co_await ports::transact(context_.ledger, std::move(work));
  note(applied);
}

void Steps::note(const Result<Applied>& applied) {
  if (!applied) {
    failure_ = applied.error();
    return on_next_(context_.clock.now());
  }
  tell(context_.events, *applied);
  tally_.note(*applied);
  if (applied->after.next_at) on_next_(*applied->after.next_at);
}

}  // namespace recycled::engine
