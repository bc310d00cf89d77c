#include "engine/recover.hpp"

#include <sstream>
#include <unordered_set>
#include <utility>

#include "base/failpoint.hpp"
#include "engine/apply.hpp"

namespace recycled::engine {
namespace {

constexpr int page = 500;
constexpr const char* digest_name = "rules_digest";
constexpr const char* calls_name = "calls";
constexpr const char* any_calls = "any";
constexpr const char* adopted_calls = "adopted";
constexpr std::size_t most_named = 16;

// What the last process left in doubt.
struct Doubt {
  std::unordered_set<RecoveryKey> named;
  bool is_any = false;
  bool is_adopted = false;

  bool covers(const ports::StoredRecovery& stored) const {
    // Of those that have ended, only what is being given back.
    const bool is_at_rest = stored.recovery.step == billing::Step::none;
    return (is_any && !is_at_rest) || named.contains(stored.key);
  }
  bool is_none() const { return named.empty() && !is_any; }
  billing::Event event() const {
    return is_adopted ? billing::Event(billing::Adopted{}) : billing::Event(billing::Interrupted{});
  }
  std::vector<billing::RecoveryState> states() const {
    using billing::RecoveryState;
    // In this order, so that what becomes unknown is not met again.
    if (is_adopted) {
      return {RecoveryState::unknown, RecoveryState::intended, RecoveryState::waiting,
              RecoveryState::recovered};
    }
    return {RecoveryState::intended};
  }
};

Doubt doubt_in(const std::string& noted) {
  Doubt doubt;
  doubt.is_adopted = noted == adopted_calls;
  doubt.is_any = noted == any_calls || doubt.is_adopted;
  if (doubt.is_any) return doubt;
  std::istringstream names(noted);
  for (std::int64_t key = 0; names >> key;) doubt.named.insert(RecoveryKey(key));
  return doubt;
}

struct Interruptions {
  std::vector<Applied> applied;
  RecoveryKey after;
  bool more = false;
};

Interruptions interrupt(ports::LedgerTx& tx, const Desk& desk, const Moment& moment,
                        const Doubt& doubt, billing::RecoveryState state, RecoveryKey after) {
  Interruptions done;
  const auto rows = tx.in_state(state, after, page);
  done.more = static_cast<int>(rows.size()) == page;
  for (const ports::StoredRecovery& stored : rows) {
    done.after = stored.key;
    if (!doubt.covers(stored)) continue;
    const Applied applied = apply(tx, stored, doubt.event(), desk, moment);
    if (applied.after != applied.before.recovery) done.applied.push_back(applied);
  }
  return done;
}

// A page at a time, each in a transaction of its own: how many it concerned.
async::Task<Result<std::int64_t>> interrupt_all(const Context& context, Doubt doubt,
                                                billing::RecoveryState state) {
  std::int64_t count = 0;
  RecoveryKey after;
  for (bool more = true; more;) {
    const Moment moment = context.moment();
    std::function<Interruptions(ports::LedgerTx&)> work = [&context, &doubt, moment, state,
                                                           after](ports::LedgerTx& tx) {
      return interrupt(tx, context.desk, moment, doubt, state, after);
    };
    auto done = co_await ports::transact(context.ledger, std::move(work));
    if (!done) co_return Failure(done.error());
    may_die_at(Failpoint::start_interrupted);
    for (const Applied& applied : done->applied) tell(context.events, applied);
    count += static_cast<std::int64_t>(done->applied.size());
    after = done->after;
    more = done->more;
  }
  co_return count;
}

struct Replanned {
  std::int64_t changed = 0;
  std::optional<SubscriptionKey> last;
};

Replanned replan(ports::LedgerTx& tx, const Desk& desk, SubscriptionKey after) {
  Replanned done;
  const ports::SubscriptionPage rows = tx.in_recycle_billing(after, page);
  done.last = rows.last;
  for (const ports::StoredSubscription& stored : rows.found) {
    const ports::Plan plan = desk.planner.plan(stored.subscription);
    if (plan == stored.plan) continue;
    tx.set_plan(stored.key, plan);
    done.changed += 1;
  }
  return done;
}

}  // namespace

CallsNoted note_calls(ports::LedgerTx& tx, const std::vector<RecoveryKey>& keys) {
  if (keys.size() > most_named) {
    note_any_calls(tx);
    return CallsNoted::any;
  }
  std::string names;
  for (const RecoveryKey key : keys) names += std::to_string(key.value()) + " ";
  tx.set_meta(calls_name, names);
  return keys.empty() ? CallsNoted::none : CallsNoted::some;
}

void note_any_calls(ports::LedgerTx& tx) { tx.set_meta(calls_name, any_calls); }

void note_adoption(ports::LedgerTx& tx) { tx.set_meta(calls_name, adopted_calls); }

async::Task<Result<std::int64_t>> recover_interrupted(const Context& context) {
  std::function<std::string(ports::LedgerTx&)> read = [](ports::LedgerTx& tx) {
    return tx.meta(calls_name).value_or(any_calls);
  };
  auto noted = co_await ports::transact(context.ledger, std::move(read));
  if (!noted) co_return Failure(noted.error());
  const Doubt doubt = doubt_in(*noted);
  if (doubt.is_none()) co_return 0;
  std::int64_t count = 0;
  for (const billing::RecoveryState state : doubt.states()) {
    auto interrupted = co_await interrupt_all(context, doubt, state);
    if (!interrupted) co_return interrupted;
    count += *interrupted;
  }
  if (count > 0) {
    ports::Event event(ports::EventName::recovery_interrupted);
    event.count = count;
    context.events.note(event);
  }
  // What is claimed from here on, by another process before our first call, is in no doubt.
  std::function<CallsNoted(ports::LedgerTx&)> settle = [](ports::LedgerTx& tx) {
    return note_calls(tx, {});
  };
  auto settled = co_await ports::transact(context.ledger, std::move(settle));
  if (!settled) co_return Failure(settled.error());
  co_return count;
}

async::Task<Result<std::int64_t>> replan_if_changed(const Context& context, std::string digest,
                                                    std::function<bool()> stops) {
  std::function<std::optional<std::string>(ports::LedgerTx&)> read = [](ports::LedgerTx& tx) {
    return tx.meta(digest_name);
  };
  auto known = co_await ports::transact(context.ledger, std::move(read));
  if (!known) co_return Failure(known.error());
  if (*known == digest) co_return 0;
  std::int64_t changed = 0;
  for (std::optional<SubscriptionKey> after = SubscriptionKey(); after;) {
    std::function<Replanned(ports::LedgerTx&)> work = [&context, after](ports::LedgerTx& tx) {
      return replan(tx, context.desk, *after);
    };
    auto done = co_await ports::transact(context.ledger, std::move(work));
    if (!done) co_return Failure(done.error());
    may_die_at(Failpoint::start_replanned);
    if (stops()) co_return changed;
    changed += done->changed;
    after = done->last;
  }
  // Only now: a crash on the way plans the rest at the next start.
  ports::LedgerWork keep = [&digest](ports::LedgerTx& tx) { tx.set_meta(digest_name, digest); };
  auto kept = co_await context.ledger.write(std::move(keep));
  if (!kept) co_return Failure(kept.error());
  ports::Event event(ports::EventName::rules_changed);
  event.count = changed;
  context.events.note(event);
  co_return changed;
}

}  // namespace recycled::engine
