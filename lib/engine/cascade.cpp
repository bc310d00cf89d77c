#include "engine/cascade.hpp"

#include <utility>

#include "async/spawn.hpp"
#include "base/ensure.hpp"
#include "base/failpoint.hpp"
#include "engine/accept.hpp"
#include "engine/claim.hpp"
#include "engine/claim_sale.hpp"
#include "engine/line.hpp"
#include "engine/pause.hpp"

namespace recycled::engine {
namespace {

using billing::SaleRefusal;
using billing::SaleRefused;

// Calls under way: of each shopper one, and one more that takes it back.
constexpr int most_calls = 1024;
// An order that FlexFactor has taken over is asked about this often while its shopper waits.
constexpr Millis follow_gap{500};

// The newest cascade of the sale.
const ports::StoredRecovery* cascaded(const std::vector<ports::StoredRecovery>& past) {
  const ports::StoredRecovery* newest = nullptr;
  for (const ports::StoredRecovery& one : past) {
    if (one.recovery.kind == billing::RecoveryKind::cascade) newest = &one;
  }
  return newest;
}

}  // namespace

Cascades::Cascades(const Context& context, ports::Alarms& alarms, async::Executor executor,
                   CascadeEars ears)
    : context_(context),
      till_ledger_(context.ledger),
      till_{context.desk, context.clock, context.entropy, till_ledger_, context.events},
      alarms_(alarms),
      executor_(executor),
      group_(std::move(executor), most_calls),
      ears_(std::move(ears)) {}

// --- the claim ---

Cascades::Opening Cascades::open(ports::LedgerTx& tx, const billing::Sale& row, const Desk& desk,
                                 Instant now) {
  if (const auto known = tx.sale(row.id)) {
    const auto past = tx.recoveries_of(known->key);
    if (const auto* before = cascaded(past)) {
      return Opened{*before, why_claimed(tx, *before), {}};
    }
  }
  accept_sale(tx, row, desk, now);
  return claim(tx, *tx.sale(row.id), desk, now);
}

Cascades::Opening Cascades::claim(ports::LedgerTx& tx, const ports::StoredSale& sale,
                                  const Desk& desk, Instant now) {
  const auto past = tx.recoveries_of(sale.key);
  if (const auto* before = cascaded(past)) {  // by another process, a moment ago
    return Opened{*before, why_claimed(tx, *before), {}};
  }
  if (auto refused = refused_by_past(past)) return CascadeAnswer(std::move(*refused));
  auto verdict = billing::decide_cascade(sale.sale, desk.rules());
  if (auto* refusal = std::get_if<SaleRefusal>(&verdict)) return CascadeAnswer(std::move(*refusal));
  const auto& cascade = std::get<billing::Cascade>(verdict);
  if (auto pause = why_paused(tx, cascade.provider_gateway)) {
    return CascadeAnswer(SaleRefusal{SaleRefused::paused, std::move(*pause)});
  }
  SaleClaim claim;
  claim.kind = billing::RecoveryKind::cascade;
  claim.provider_gateway = cascade.provider_gateway;
  claim.amount = cascade.amount;
  claim.round = static_cast<int>(past.size()) + 1;
  claim.expires_at = now + desk.rules().timing.cascade_deadline;
  auto planned = plan_sale(tx, sale, claim, desk, now);
  if (auto* refusal = std::get_if<SaleRefusal>(&planned)) return CascadeAnswer(std::move(*refusal));
  auto& fresh = std::get<ports::NewRecovery>(planned);
  // Whoever claims it sends it: the queue looks after it only if he dies over it.
  fresh.recovery.next_at = claim.expires_at + desk.rules().timing.cascade_deadline;
  const auto key = append(tx, fresh, now, cascade.decided_by);
  ensure(key.has_value(), "a sale without a live recovery can be claimed");
  return Opened{as_claimed(*key, sale, std::move(fresh.recovery)), cascade.decided_by,
                std::move(fresh.request)};
}

// --- the answer ---

async::Task<Result<CascadeAnswer>> Cascades::ask(billing::Sale row) {
  if (stopping_) co_return fail(Fault::busy, "a stop was asked for");
  if (2 * (group_.running() + 1) > most_calls) {
    co_return fail(Fault::busy, "too many cascades are under way");
  }
  const Instant began = context_.clock.now();
  std::function<Opening(ports::LedgerTx&)> work = [this, &row, began](ports::LedgerTx& tx) {
    return open(tx, row, context_.desk, began);
  };
  auto opening = co_await ports::transact(till_.ledger, std::move(work));
  if (!opening) co_return Failure(opening.error());
  if (auto* answer = std::get_if<CascadeAnswer>(&*opening)) {
    tell(row, *answer, began);
    co_return std::move(*answer);
  }
  Opened opened = std::move(std::get<Opened>(*opening));
  may_die_at(Failpoint::cascade_committed);
  if (!opened.body.empty()) ears_.claim(opened.stored);
  auto answer = co_await answer_for(std::move(opened));
  if (answer) tell(row, *answer, began);
  co_return answer;
}

async::Task<Result<CascadeAnswer>> Cascades::answer_for(Opened opened) {
  ports::StoredRecovery stored = opened.stored;
  CascadeTold told;
  told.decided_by = opened.decided_by;
  if (stored.recovery.told) {  // it was cascaded before
    told.stored = std::move(stored);
    co_return CascadeAnswer(std::move(told));
  }
  const Instant deadline = stored.recovery.expires_at;
  const bool is_ours = !opened.body.empty();
  // A ledger that was held for long has used up the shopper's time, or the last call has been
  // waited for: then nothing leaves any more.
  const bool is_late = context_.clock.now() >= deadline;
  const bool never_leaves = is_ours && (is_late || joined_);
  if (!is_late && !never_leaves) {
    Waiter waiter{alarms_.make(), std::nullopt};
    const auto place = waiters_.emplace(stored.key, &waiter);
    if (is_ours) group_.start(watched(send(std::move(opened))));
    co_await waiter.alarm->wait_until(deadline);
    waiters_.erase(place);
    if (waiter.answered) {
      told.stored = std::move(*waiter.answered);
      co_return CascadeAnswer(std::move(told));
    }
  }
  billing::Event no_answer = billing::TimedOut{};
  if (never_leaves) no_answer = billing::Answered{billing::outcome::NotSent{}, 1, std::nullopt};
  auto ended = co_await end(std::move(stored), std::move(no_answer));
  if (!ended) co_return Failure(ended.error());
  told.stored = std::move(*ended);
  co_return CascadeAnswer(std::move(told));
}

// Unless an answer has come by another way, it is "declined", and what may be there is taken back.
async::Task<Result<ports::StoredRecovery>> Cascades::end(ports::StoredRecovery stored,
                                                         billing::Event no_answer) {
  const Moment moment = context_.moment();
  const RecoveryKey key = stored.key;
  std::function<Applied(ports::LedgerTx&)> work = [this, key, &no_answer,
                                                   moment](ports::LedgerTx& tx) {
    return apply(tx, key, no_answer, context_.desk, moment);
  };
  may_die_at(Failpoint::cascade_deadline);
  // In its turn: a callback that came in time is not overtaken by the deadline.
  const auto applied = co_await ports::transact(context_.ledger, std::move(work));
  hear(stored, applied);
  if (!applied) co_return Failure(applied.error());
  const bool is_new = !applied->before.recovery.told;
  const bool may_be_there = stored.recovery.state == billing::RecoveryState::withdrawing;
  // After join() that is left to the queue of whoever runs next.
  if (is_new && may_be_there && !joined_) group_.start(watched(take_back(stored)));
  co_return stored;
}

// --- the calls ---

async::Task<void> Cascades::send(Opened opened) {
  // Whoever has our place by now takes it back in its time.
  if (context_.clock.now() >= context_.ledger.ours_until()) co_return;
  ports::Provider& provider = context_.desk.provider(opened.stored.recovery.provider_gateway);
  ports::StoredRecovery stored = opened.stored;
  auto ended =
      co_await hand_over(context_, provider, std::move(opened.stored), std::move(opened.body));
  const Kept kept = co_await keep_answer(stored, std::move(ended));
  if (kept != Kept::changed) co_return;
  if (stored.recovery.state == billing::RecoveryState::waiting) {
    co_await follow(std::move(stored));
  } else if (stored.recovery.state == billing::RecoveryState::withdrawing) {
    co_await take_back(std::move(stored));
  }
}

// FlexFactor has taken it over without a word on how it went: it is asked until there is one, or
// the shopper's time is up.
async::Task<void> Cascades::follow(ports::StoredRecovery stored) {
  ports::Provider& provider = context_.desk.provider(stored.recovery.provider_gateway);
  const std::unique_ptr<ports::Alarm> alarm = alarms_.make();
  while (!stored.recovery.told) {
    const Instant next = context_.clock.now() + follow_gap;
    if (next >= stored.recovery.expires_at) co_return;
    co_await alarm->wait_until(next);
    auto ended = co_await inquire(context_, provider, stored);
    const Kept kept = co_await keep_answer(stored, std::move(ended));
    if (kept == Kept::lost) co_return;
  }
}

async::Task<void> Cascades::take_back(ports::StoredRecovery stored) {
  ports::Provider& provider = context_.desk.provider(stored.recovery.provider_gateway);
  auto ended = co_await withdraw(context_, provider, stored);
  co_await keep_answer(stored, std::move(ended));
}

async::Task<Cascades::Kept> Cascades::keep_answer(ports::StoredRecovery& stored, Ended ended) {
  ears_.call(stored.recovery.provider_gateway, ended);
  const auto applied = co_await keep(till_, std::move(ended), Held::never);
  hear(stored, applied);
  if (!applied) co_return Kept::lost;
  co_return applied->before.recovery == applied->after ? Kept::no_news : Kept::changed;
}

// A Bug in a call is not to lie in the group until somebody joins it.
async::Task<void> Cascades::watched(async::Task<void> work) {
  try {
    co_await std::move(work);
  } catch (...) {
    async::throw_from_run(executor_, std::current_exception());
  }
}

// `stored` becomes what is there now, and whoever waits for an answer has it.
void Cascades::hear(ports::StoredRecovery& stored, const Result<Applied>& applied) {
  ears_.decision(applied);
  if (!applied) return;
  stored = applied->before;
  stored.recovery = applied->after;
  if (!stored.recovery.told) return;
  may_die_at(Failpoint::cascade_told);
  const auto [first, last] = waiters_.equal_range(stored.key);
  for (auto waiting = first; waiting != last; ++waiting) {
    waiting->second->answered = stored;
    waiting->second->alarm->wake();
  }
}

void Cascades::tell(const billing::Sale& row, const CascadeAnswer& answer, Instant began) {
  ports::Event line(ports::EventName::cascade_answered);
  if (const auto* told = std::get_if<CascadeTold>(&answer)) {
    line = line_about(ports::EventName::cascade_answered, told->stored);
  } else {
    line.sale = row.id.str();
    line.gateway = row.gateway.str();
    line.amount = row.amount;
  }
  line.reason = result_of(answer);
  if (line.reason != "approved") line.reason += ": " + std::string(reason_of(answer));
  line.took = context_.clock.now() - began;
  context_.events.note(line);
}

async::Task<void> Cascades::join() {
  co_await group_.join();
  joined_ = true;
}

}  // namespace recycled::engine
