#include "engine/recover.hpp"

#include <algorithm>
#include <utility>

#include "base/failpoint.hpp"
#include "engine/apply.hpp"

namespace recycled::engine {
namespace {

constexpr int page = 500;
constexpr const char* digest_name = "rules_digest";
constexpr const char* adoption_name = "adoption";
constexpr const char* adoption_begun = "begun";

struct Interruptions {
  std::vector<Applied> applied;
  RecoveryKey after;
  bool more = false;
};

void doubt(ports::LedgerTx& tx, ports::StoredRecovery stored, const billing::Event& event,
           const Desk& desk, const Moment& moment, Interruptions& done) {
  Applied applied = apply(tx, std::move(stored), event, desk, moment);
  if (applied.after != applied.before.recovery) done.applied.push_back(std::move(applied));
}

// What died over anything but a first hand-over asks, or tries, once more.
Interruptions take_over(ports::LedgerTx& tx, const Desk& desk, const Moment& moment) {
  Interruptions done;
  const auto keys = tx.take_over_calls(page);
  done.more = static_cast<int>(keys.size()) == page;
  for (const RecoveryKey key : keys) {
    auto stored = tx.recovery(key);
    if (stored.recovery.state == billing::RecoveryState::intended) {
      // What was held had come due, by the clock of whoever held it.
      Moment then = moment;
      then.now = std::max(moment.now, stored.recovery.next_at.value_or(moment.now));
      doubt(tx, std::move(stored), billing::Interrupted{}, desk, then, done);
    }
    tx.let_go(key);
  }
  return done;
}

Interruptions adopt(ports::LedgerTx& tx, const Desk& desk, const Moment& moment,
                    billing::RecoveryState state, RecoveryKey after) {
  Interruptions done;
  const auto rows = tx.in_state(state, after, page);
  done.more = static_cast<int>(rows.size()) == page;
  for (const ports::StoredRecovery& row : rows) {
    done.after = row.key;
    // Of those that have ended, only what is being given back.
    if (row.recovery.step == billing::Step::none) continue;
    doubt(tx, tx.recovery(row.key), billing::Adopted{}, desk, moment, done);
  }
  return done;
}

// A page at a time, each in a transaction of its own, from the key where the last one ended: how
// many it concerned.
using Doubting = std::function<Interruptions(ports::LedgerTx&, const Moment&, RecoveryKey)>;
async::Task<Result<std::int64_t>> page_by_page(const Context& context, Doubting doubting) {
  std::int64_t count = 0;
  RecoveryKey after;
  for (bool more = true; more;) {
    const Moment moment = context.moment();
    std::function<Interruptions(ports::LedgerTx&)> work =
        [&doubting, moment, after](ports::LedgerTx& tx) { return doubting(tx, moment, after); };
    auto done = co_await ports::transact(context.ledger, std::move(work));
    if (!done) co_return Failure(done.error());
    if (!done->applied.empty()) may_die_at(Failpoint::start_interrupted);
    for (const Applied& applied : done->applied) tell(context.events, applied);
    count += static_cast<std::int64_t>(done->applied.size());
    after = done->after;
    more = done->more;
  }
  co_return count;
}

// Of all that is open or in doubt.
async::Task<Result<std::int64_t>> adopt_all(const Context& context) {
  using billing::RecoveryState;
  std::int64_t count = 0;
  // In this order, so that what becomes unknown is not met again.
  for (const RecoveryState state : {RecoveryState::unknown, RecoveryState::intended,
                                    RecoveryState::waiting, RecoveryState::recovered}) {
    Doubting doubting = [&context, state](ports::LedgerTx& tx, const Moment& moment,
                                          RecoveryKey after) {
      return adopt(tx, context.desk, moment, state, after);
    };
    auto adopted = co_await page_by_page(context, std::move(doubting));
    if (!adopted) co_return adopted;
    count += *adopted;
  }
  ports::LedgerWork settle = [](ports::LedgerTx& tx) { tx.set_meta(adoption_name, ""); };
  auto settled = co_await context.ledger.write(std::move(settle));
  if (!settled) co_return Failure(settled.error());
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
    if (desk.planner.plan(stored.subscription) == stored.plan) continue;
    // By what it is now: others may write beside a page, and to lock all of it would hold them up.
    const auto now = tx.subscription(stored.key);
    if (now.subscription.status != billing::SubscriptionStatus::recycle_billing) continue;
    const ports::Plan plan = desk.planner.plan(now.subscription);
    if (plan == now.plan) continue;
    tx.set_plan(stored.key, plan);
    done.changed += 1;
  }
  return done;
}

}  // namespace

void note_adoption(ports::LedgerTx& tx) { tx.set_meta(adoption_name, adoption_begun); }

async::Task<Result<std::int64_t>> recover_interrupted(const Context& context) {
  std::function<bool(ports::LedgerTx&)> read = [](ports::LedgerTx& tx) {
    return tx.meta(adoption_name) == adoption_begun;
  };
  auto is_adopted = co_await ports::transact(context.ledger, std::move(read));
  if (!is_adopted) co_return Failure(is_adopted.error());
  std::int64_t count = 0;
  if (*is_adopted) {
    auto adopted = co_await adopt_all(context);
    if (!adopted) co_return adopted;
    count += *adopted;
  }
  Doubting doubting = [&context](ports::LedgerTx& tx, const Moment& moment, RecoveryKey) {
    return take_over(tx, context.desk, moment);
  };
  auto taken = co_await page_by_page(context, std::move(doubting));
  if (!taken) co_return taken;
  count += *taken;
  if (count > 0) {
    ports::Event event(ports::EventName::recovery_interrupted);
    event.count = count;
    context.events.note(event);
  }
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
