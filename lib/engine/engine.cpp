#include "engine/engine.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/line.hpp"
#include "engine/scan.hpp"

namespace recycled::engine {

Engine::Engine(const Context& context, const ports::CallbackReader& reader, ports::Alarms& alarms,
               const async::Executor& executor, EngineSettings settings, const Sinks& sinks)
    : context_(context),
      loop_ledger_(context.ledger, on_progress_),
      loop_{context.desk, context.clock, context.entropy, loop_ledger_, context.events},
      alarm_(alarms.make()),
      settings_(std::move(settings)),
      summaries_(context, tally_, settings_.scan_every),
      watch_(context.events),
      ceilings_(context.events),
      inbox_(context, reader, tally_, [this](Instant next) { heard_of(next); }),
      scanning_(executor, 1),
      steps_(context, executor, settings_.pace, tally_, watch_,
             [this](Instant next) { heard_of(next); }),
      cascades_(context, alarms, executor, ears()),
      relay_(context, sinks, executor, settings_.relay, tally_,
             [this](Instant next) { heard_of(next); }),
      retention_(loop_, {settings_.retention, settings_.nonce_memory, settings_.scan_every},
                 tally_) {}

CascadeEars Engine::ears() {
  return {[this](const ports::StoredRecovery& claimed) { tally_.note_claim(claimed); },
          [this](const GatewayId& gateway, const Ended& ended) { steps_.heard(gateway, ended); },
          [this](const Result<Applied>& applied) {
            steps_.note(applied);
            // Due at once, perhaps: no lane of the queue's has it in hand.
            if (applied && applied->after.next_at) heard_of(*applied->after.next_at);
          }};
}

async::Task<Result<void>> Engine::start() {
  auto interrupted = co_await recover_interrupted(loop_);
  if (!interrupted) co_return Failure(interrupted.error());
  auto told = co_await steps_.tell_of_orphans();
  co_return told;
}

// What others at the same ledger leave behind that die while we are at work.
async::Task<Result<void>> Engine::take_over() {
  if (!context_.ledger.looks_for_others_every()) co_return Result<void>{};
  auto interrupted = co_await recover_interrupted(loop_);
  if (!interrupted) co_return Failure(interrupted.error());
  co_return Result<void>{};
}

async::Task<Result<void>> Engine::replan() {
  std::string digest = settings_.rules_digest;
  std::function<bool()> stops = [this] { return stopping_; };
  auto replanned = co_await replan_if_changed(loop_, std::move(digest), std::move(stops));
  if (!replanned) co_return Failure(replanned.error());
  co_return Result<void>{};
}

async::Task<Result<void>> Engine::run(Scanning scanning) {
  Result<void> outcome = co_await replan();
  while (outcome && !stopping_) {
    outcome = co_await pass(scanning);
    if (!outcome || stopping_) break;
    if (on_progress_) on_progress_(Progress::pass);
    const Instant until = sleep_until();
    co_await sleep(until);
  }
  auto joined = co_await join();
  summaries_.finish();
  co_return outcome ? joined : outcome;
}

// All of it, whatever the first brings: nothing may be under way when their owner goes.
async::Task<Result<void>> Engine::join() {
  co_await cascades_.join();
  auto delivered = co_await relay_.join();
  auto done = co_await steps_.join();
  auto gone = co_await steps_.let_go();
  for (const auto* one : {&done, &delivered, &gone}) {
    if (!*one) co_return *one;
  }
  co_return done;
}

async::Task<Result<void>> Engine::once() {
  ceilings_.begin_run();
  Result<void> done = co_await replan();
  if (!done || stopping_) co_return done;
  done = co_await inbox_.retry_due(loop_ledger_);
  if (!done) co_return done;
  done = co_await steps_.make_inquiries_due(settings_.once_poll_gap);
  if (!done) co_return done;
  done = co_await scan(loop_, scanning_, settings_.scan_batch, tally_, watch_, ceilings_);
  if (!done) co_return done;
  while (!stopping_) {
    heard_.reset();
    done = co_await steps_.start_due();
    if (!done || steps_.is_done()) break;
    const Instant at_the_latest = context_.clock.now() + std::chrono::minutes(1);
    const Instant until = std::min(heard_.value_or(at_the_latest), at_the_latest);
    co_await sleep(until);
  }
  auto joined = co_await join();
  if (!done || !joined) co_return done ? joined : done;
  done = co_await relay_.once();
  if (!done) co_return done;
  done = co_await retention_.once();
  co_return done;
}

async::Task<void> Engine::sleep(Instant until) {
  asleep_until_ = until;
  co_await alarm_->wait_until(until);
  asleep_until_ = from_millis(0);
}

async::Task<Result<void>> Engine::pass(Scanning scanning) {
  heard_.reset();
  summaries_.look();
  Result<void> done = co_await take_over();
  if (!done) co_return done;
  const Instant now = context_.clock.now();
  if (!next_scan_ || now >= *next_scan_) {
    next_scan_ = now + settings_.scan_every;
    if (scanning == Scanning::on) {
      done = co_await scan(loop_, scanning_, settings_.scan_batch, tally_, watch_, ceilings_);
    }
    if (!done) co_return done;
  }
  auto due = co_await what_is_due();
  while (due && !due->callbacks.empty()) {  // each is done then, or due later
    done = co_await inbox_.retry(loop_ledger_, std::move(due->callbacks));
    if (!done) co_return done;
    due = co_await what_is_due();
  }
  if (!due) co_return Failure(due.error());
  done = steps_.begin(std::move(due->steps));
  if (!done) co_return done;
  done = relay_.begin(std::move(due->events));
  if (!done) co_return done;
  // Last, when calls and deliveries are on their way and the ledger has least to do.
  done = co_await retention_.step_if_due();
  co_return done;
}

async::Task<Result<Engine::Due>> Engine::what_is_due() {
  const Instant now = context_.clock.now();
  const auto steps = steps_.wanted(now);
  const auto events = relay_.wanted(now);
  std::function<Due(ports::LedgerTx&)> read = [this, now, &steps, &events](ports::LedgerTx& tx) {
    Due due;
    due.callbacks = Inbox::due(tx, now);
    if (!due.callbacks.empty()) return due;
    due.events = Relay::read(tx, events);
    due.steps = Steps::read(tx, context_.desk.rules(), steps);
    due.next = relay_.next_after(tx, now);
    for (const auto& [gateway, limits] : settings_.pace) {
      const auto first = tx.next_step_after(gateway, now);
      if (first && (!due.next || *first < *due.next)) due.next = first;
    }
    if (const auto callback = tx.next_callback()) {
      const Instant again = std::max(*callback, now + Millis(1000));  // never at once
      due.next = std::min(due.next.value_or(again), again);
    }
    return due;
  };
  auto due = co_await ports::transact(context_.ledger, std::move(read));
  if (!due) co_return Failure(due.error());
  next_ = due->next;
  co_return due;
}

Instant Engine::sleep_until() const {
  Instant until = std::min({*next_scan_, summaries_.next(), retention_.next()});
  if (next_) until = std::min(until, *next_);
  if (heard_) until = std::min(until, *heard_);
  if (const auto gap = context_.ledger.looks_for_others_every()) {
    until = std::min(until, context_.clock.now() + *gap);
  }
  return until;
}

// A step was scheduled while the engine worked or slept: it must not sleep past it.
void Engine::heard_of(Instant next) {
  if (heard_ && *heard_ <= next) return;
  heard_ = next;
  if (next < asleep_until_) alarm_->wake();
}

void Engine::stop() {
  stopping_ = true;
  steps_.stop();
  cascades_.stop();
  relay_.stop();
  alarm_->wake();
}

Standing Engine::standing() const {
  return {watch_.saw_any(), steps_.under_way(), steps_.resting()};
}

async::Task<Result<Receipt>> Engine::take(SignedCallback callback) {
  auto receipt = co_await inbox_.take(std::move(callback));
  co_return receipt;
}

async::Task<Result<std::vector<Accepted>>> Engine::accept(std::vector<billing::Subscription> rows) {
  auto batch = co_await accept_batch(context_, std::move(rows));
  co_return taken_up(std::move(batch));
}

async::Task<Result<std::vector<Accepted>>> Engine::accept(std::vector<billing::Sale> rows) {
  auto batch = co_await accept_batch(context_, std::move(rows));
  co_return taken_up(std::move(batch));
}

Result<std::vector<Accepted>> Engine::taken_up(Result<AcceptedBatch> batch) {
  if (!batch) return Failure(batch.error());
  if (batch->work_is_due) {
    next_scan_ = context_.clock.now();
    alarm_->wake();
  }
  return std::move(batch->results);
}

async::Task<Result<RerunClaims>> Engine::rerun(std::vector<RerunWish> wishes) {
  auto claims = co_await rerun_batch(context_, std::move(wishes));
  if (!claims) co_return Failure(claims.error());
  std::set<std::string> reached;
  for (const auto& claim : *claims) {
    if (!claim) continue;
    const auto* refusal = std::get_if<billing::SaleRefusal>(&*claim);
    if (refusal != nullptr && refusal->reason == billing::SaleRefused::ceiling) {
      reached.insert(refusal->detail);
    }
    if (refusal != nullptr) continue;
    const auto& claimed = std::get<ports::StoredRecovery>(*claim);
    tally_.note_claim(claimed);
    context_.events.note(line_about(ports::EventName::recovery_claimed, claimed));
    heard_of(claimed.recovery.claimed_at);
  }
  ceilings_.saw(reached, context_.desk.calendar().day_of(context_.clock.now()));
  co_return claims;
}

async::Task<Result<CascadeAnswer>> Engine::cascade(billing::Sale row) {
  return cascades_.ask(std::move(row));
}

}  // namespace recycled::engine
