#include "engine/retention.hpp"

#include <algorithm>

namespace recycled::engine {
namespace {

// A few milliseconds of the ledger's time.
constexpr int payloads_a_step = 100;
constexpr int nonces_a_step = 5000;
constexpr int steps_of_once = 100;

constexpr Millis shortest_rest{50};
constexpr int rest_for_each = 9;

}  // namespace

Retention::Retention(const Context& context, RetentionSettings settings, Tally& tally)
    : context_(context), settings_(settings), tally_(tally) {}

async::Task<Result<bool>> Retention::step() {
  const Instant now = context_.clock.now();
  std::int64_t payloads = 0;
  // The ledger's own time: waiting for others and for the disk is not what this costs them.
  Millis took{};
  std::function<bool(ports::LedgerTx&)> work = [&, this](ports::LedgerTx& tx) {
    const Instant began = context_.clock.now();
    const int nonces = tx.forget_nonces(now - settings_.nonces, nonces_a_step);
    tx.forget_dry_runs(now - ports::dry_runs_are_kept);
    ports::Pruned pruned;
    if (settings_.payloads > Millis(0)) {
      pruned = tx.prune(now - settings_.payloads, now, payloads_a_step);
    }
    payloads = pruned.recoveries + pruned.callbacks;
    took = context_.clock.now() - began;
    const auto most = std::max({pruned.recoveries, pruned.callbacks, pruned.runs});
    return nonces == nonces_a_step || most == payloads_a_step;
  };
  auto more = co_await ports::transact(context_.ledger, std::move(work));
  if (!more) co_return more;
  tally_.pruned += payloads;
  Millis rest = settings_.look_every;
  if (*more) rest = std::min(rest, std::max(shortest_rest, rest_for_each * took));
  next_at_ = context_.clock.now() + rest;
  co_return more;
}

async::Task<Result<void>> Retention::step_if_due() {
  if (context_.clock.now() < next_at_) co_return Result<void>{};
  auto more = co_await step();
  if (!more) co_return Failure(more.error());
  co_return Result<void>{};
}

async::Task<Result<void>> Retention::once() {
  for (int steps = 0; steps < steps_of_once; ++steps) {
    auto more = co_await step();
    if (!more) co_return Failure(more.error());
    if (!*more) break;
  }
  co_return Result<void>{};
}

}  // namespace recycled::engine
