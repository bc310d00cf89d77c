#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "engine/scan.hpp"

namespace recycled::engine {

Engine::Engine(const Context& context, const ports::CallbackReader& reader, ports::Alarm& alarm,
               async::Executor executor, EngineSettings settings)
    : context_(context),
      alarm_(alarm),
      settings_(std::move(settings)),
      inbox_(context, reader, settings_.nonce_memory, tally_,
             [this](Instant next) { heard_of(next); }),
      steps_(context, std::move(executor), settings_.in_flight, tally_,
             [this](Instant next) { heard_of(next); }) {}

async::Task<Result<void>> Engine::start(LastRun last_run) {
  auto interrupted = co_await recover_interrupted(context_, last_run);
  if (!interrupted) co_return Failure(interrupted.error());
  std::string digest = settings_.rules_digest;
  auto replanned = co_await replan_if_changed(context_, std::move(digest));
  if (!replanned) co_return Failure(replanned.error());
  co_return Result<void>{};
}

async::Task<Result<void>> Engine::run(Scanning scanning) {
  Result<void> outcome;
  while (!stopping_) {
    outcome = co_await pass(scanning);
    if (!outcome || stopping_) break;
    auto until = co_await sleep_until();
    if (!until) {
      outcome = Failure(until.error());
      break;
    }
    asleep_until_ = *until;
    co_await alarm_.wait_until(*until);
    asleep_until_ = from_millis(0);
  }
  auto joined = co_await steps_.join();
  if (outcome && !joined) outcome = joined;
  co_return outcome;
}

async::Task<Result<void>> Engine::once() {
  Result<void> done = co_await inbox_.retry_due();
  if (!done) co_return done;
  done = co_await steps_.poll_waiting(settings_.once_poll_gap);
  if (!done) co_return done;
  done = co_await scan(context_, settings_.scan_batch, tally_);
  if (!done) co_return done;
  // A step may be followed at once by another (cancel, then inquire): until no call is made.
  for (auto calls = tally_.calls - 1; calls != tally_.calls && !stopping_;) {
    calls = tally_.calls;
    done = co_await steps_.start_due();
    if (!done) break;
    done = co_await steps_.join();
    if (!done) break;
  }
  auto joined = co_await steps_.join();
  if (!done || !joined) co_return done ? joined : done;
  done = co_await inbox_.forget_old_nonces();
  co_return done;
}

async::Task<Result<void>> Engine::pass(Scanning scanning) {
  heard_.reset();
  Result<void> done = co_await inbox_.retry_due();
  if (!done) co_return done;
  const Instant now = context_.clock.now();
  if (!next_scan_ || now >= *next_scan_) {
    next_scan_ = now + settings_.scan_every;
    done = co_await inbox_.forget_old_nonces();
    if (!done) co_return done;
    if (scanning == Scanning::on) {
      done = co_await scan(context_, settings_.scan_batch, tally_);
    }
    if (!done) co_return done;
  }
  done = co_await steps_.start_due();
  co_return done;
}

async::Task<Result<Instant>> Engine::sleep_until() {
  const Instant now = context_.clock.now();
  using Next = std::pair<std::optional<Instant>, std::optional<Instant>>;
  std::function<Next(ports::LedgerTx&)> read = [now](ports::LedgerTx& tx) {
    return Next(tx.next_step_after(now), tx.next_callback());
  };
  auto next = co_await ports::transact(context_.ledger, std::move(read));
  if (!next) co_return Failure(next.error());
  Instant until = *next_scan_;
  if (next->first) until = std::min(until, *next->first);
  if (next->second) until = std::min(until, std::max(*next->second, now + Millis(1000)));
  if (heard_) until = std::min(until, *heard_);
  co_return until;
}

// A step was scheduled while the engine worked or slept: it must not sleep past it.
void Engine::heard_of(Instant next) {
  if (heard_ && *heard_ <= next) return;
  heard_ = next;
  if (next < asleep_until_) alarm_.wake();
}

void Engine::stop() {
  stopping_ = true;
  steps_.stop();
  alarm_.wake();
}

async::Task<Result<Receipt>> Engine::take(SignedCallback callback) {
  auto receipt = co_await inbox_.take(std::move(callback));
  co_return receipt;
}

}  // namespace recycled::engine
