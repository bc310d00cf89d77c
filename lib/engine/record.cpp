// The end of every step: what came of it, what that means, and how the gateway bears our pace.
#include <utility>

#include "engine/steps.hpp"

namespace recycled::engine {

async::Task<void> Steps::perform(Item item, Lane& lane) {
  const RecoveryKey key = item.stored.key;
  try {
    co_await do_step(std::move(item), lane);
  } catch (...) {  // our bug: whoever waits for us is to hear of it now, not at the end
    broken_ = std::current_exception();
    on_next_(context_.clock.now());
  }
  busy_.erase(key);
  lane.busy -= 1;
  wait_for_room(lane, context_.clock.now());
  if (busy_.empty()) on_next_(context_.clock.now());
}

async::Task<void> Steps::do_step(Item item, Lane& lane) {
  switch (item.step) {
    case billing::Step::none:
      co_await release(std::move(item));
      break;
    case billing::Step::send:
      co_await dispatch(std::move(item));
      break;
    case billing::Step::inquire:
      if (item.stored.recovery.provider_order) {
        co_await inquire(std::move(item));
      } else {
        co_await look_up(std::move(item), lane);
      }
      break;
    case billing::Step::cancel:
    case billing::Step::external_cancel:
      co_await withdraw(std::move(item));
      break;
  }
}

void Steps::pace(const Item& item, const Ended& ended) {
  Lane& lane = lanes_.at(item.stored.recovery.provider_gateway);
  tally_.calls += 1;
  if (ended.service != ports::Service::unavailable) tally_.answered += 1;
  const Instant now = context_.clock.now();
  const auto change = lane.pacer.ended(ended.service, ended.retry_after, ended.attempt.started_at,
                                       now, context_.entropy.fraction());
  const auto note = [&](ports::EventName name, std::string reason) {
    ports::Event event(name);
    event.gateway = lane.gateway.str();
    event.reason = std::move(reason);
    context_.events.note(event);
  };
  const std::string rate = std::to_string(lane.pacer.rate()) + " calls a second";
  switch (change) {
    case Pacer::Change::none:
      return;
    case Pacer::Change::slowed:
      return note(ports::EventName::provider_slowed, "asked for less: " + rate);
    case Pacer::Change::rested:
      return note(ports::EventName::provider_paused,
                  "no answers: one call is tried at " + to_iso8601(*lane.pacer.rests_until()));
    case Pacer::Change::resumed:
      return note(ports::EventName::provider_resumed, "answers again: " + rate + " to begin with");
  }
}

// What came of a call and what that means, in one transaction.
async::Task<void> Steps::record(Item item, Ended ended, billing::Event event) {
  pace(item, ended);
  ports::Attempt attempt = std::move(ended.attempt);
  attempt.recovery = item.stored.key;
  attempt.step = item.step;
  Moment moment = context_.moment();
  attempt.took = moment.now - attempt.started_at;
  const RecoveryKey key = item.stored.key;
  std::function<Applied(ports::LedgerTx&)> work = [this, key, &attempt, &event,
                                                   moment](ports::LedgerTx& tx) {
    tx.add_attempt(attempt);
    return apply(tx, key, event, context_.desk, moment);
  };
  auto applied = co_await ports::transact(context_.ledger, std::move(work));
  note(applied);
  if (!applied || !applied->after.next_at) co_return;
  // It kept its place in the queue: what it waits for is its gateway.
  const bool is_still_due = *applied->after.next_at <= moment.now;
  if (is_still_due) lanes_.at(item.stored.recovery.provider_gateway).more = true;
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
  if (!applied->events.empty()) on_next_(context_.clock.now());  // the relay's to carry out
  if (applied->after.next_at && *applied->after.next_at > context_.clock.now()) {
    on_next_(*applied->after.next_at);
  }
}

}  // namespace recycled::engine
