// The end of every step: what came of it, what that means, and how the gateway bears our pace.
#include <utility>

#include "engine/steps.hpp"

namespace recycled::engine {

async::Task<void> Steps::perform(async::Task<void> work, Lane& lane) {
  try {
    co_await std::move(work);
  } catch (...) {  // our bug: whoever waits for us is to hear of it now, not at the end
    broken_ = std::current_exception();
    on_next_(context_.clock.now());
  }
  lane.busy -= 1;
  wait_for_room(lane, context_.clock.now());
  if (under_way() == 0) on_next_(context_.clock.now());
}

// Another does, or will do, what this process held.
bool Steps::is_ours_no_more() {
  if (context_.clock.now() < context_.ledger.ours_until()) return false;
  failure_ = Error{Fault::busy, "this process was silent for too long: what it held is another's"};
  on_next_(context_.clock.now());
  return true;
}

async::Task<void> Steps::do_step(Item item, Lane& lane) {
  if (is_ours_no_more()) co_return;
  unbegun_.erase(item.stored.key);
  ports::Provider& provider = context_.desk.provider(item.stored.recovery.provider_gateway);
  ports::StoredRecovery stored = item.stored;
  Ended ended;
  switch (item.step) {
    case billing::Step::none:
      co_await release(std::move(item));
      co_return;
    case billing::Step::send: {
      std::string body = std::move(item.body);
      ended = co_await hand_over(context_, provider, std::move(stored), std::move(body));
      break;
    }
    case billing::Step::inquire:
      ended = co_await inquire(context_, provider, std::move(stored));
      break;
    case billing::Step::cancel:
    case billing::Step::external_cancel:
      ended = co_await withdraw(context_, provider, std::move(stored));
      break;
    case billing::Step::refund:
      ended = co_await refund(context_, provider, std::move(stored));
      break;
  }
  co_await record(std::move(ended), lane);
}

void Steps::pace(Lane& lane, ports::Service service, std::optional<Millis> retry_after,
                 Instant started_at) {
  const Instant now = context_.clock.now();
  const auto change =
      lane.pacer.ended(service, retry_after, started_at, now, context_.entropy.fraction());
  note_call(lane, service, change);
}

void Steps::heard(const GatewayId& gateway, const Ended& ended) {
  Lane& lane = lanes_.at(gateway);
  const Instant now = context_.clock.now();
  const auto change = lane.pacer.heard(ended.service, ended.retry_after, ended.attempt.started_at,
                                       now, context_.entropy.fraction());
  note_call(lane, ended.service, change);
  tally_.note_sending(ended.attempt);
}

void Steps::note_call(const Lane& lane, ports::Service service, Pacer::Change change) {
  tally_.calls += 1;
  if (service != ports::Service::unavailable) tally_.answered += 1;
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

async::Task<void> Steps::record(Ended ended, Lane& lane) {
  pace(lane, ended.service, ended.retry_after, ended.attempt.started_at);
  tally_.note_sending(ended.attempt);
  co_await conclude(std::move(ended), lane);
}

// What came of a call and what that means, in one transaction.
async::Task<void> Steps::conclude(Ended ended, Lane& lane) {
  const auto applied = co_await keep(context_, std::move(ended), Held::until_now);
  note(applied);
  if (!applied || !applied->after.next_at) co_return;
  // It kept its place in the queue: what it waits for is its gateway.
  const bool is_still_due = *applied->after.next_at <= context_.clock.now();
  if (is_still_due) lane.more = true;
}

async::Task<void> Steps::release(Item item) {
  const Moment moment = context_.moment();
  const RecoveryKey key = item.stored.key;
  std::function<Applied(ports::LedgerTx&)> work = [this, key, moment](ports::LedgerTx& tx) {
    auto released = apply_release(tx, key, context_.desk, moment);
    tx.let_go(key);
    return released;
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
