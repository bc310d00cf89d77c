#include "engine/relay.hpp"

#include <algorithm>
#include <utility>

#include "base/failpoint.hpp"
#include "billing/backoff.hpp"

namespace recycled::engine {
namespace {

// Rows queued in one transaction: a receiver that is new gets the whole past, page by page.
constexpr int page = 1000;

// "webhook: event 12, subscription.recovered".
std::string name_of(const ports::Delivery& delivery, const ports::OutboundEvent& event) {
  return std::string(to_text(delivery.sink)) + ": event " + std::to_string(event.key.value()) +
         ", " + event.type;
}

void audit(ports::LedgerTx& tx, ports::EventName name, const ports::OutboundEvent& event,
           const ports::Delivery& before, const ports::Delivery& after, Instant now) {
  ports::AuditRow row;
  row.at = now;
  row.subject = event.subject;
  row.recovery = event.recovery;
  row.event = ports::row_of(name).text;
  row.before = to_text(before.state);
  row.after = to_text(after.state);
  row.reason = name_of(after, event);
  if (!after.error.empty()) row.reason += ": " + after.error;
  tx.add_audit(row);
}

}  // namespace

Relay::Relay(const Context& context, const Sinks& sinks, const async::Executor& executor,
             RelaySettings settings, Tally& tally, std::function<void(Instant)> on_next)
    : context_(context),
      settings_(settings),
      group_(executor, std::max(1, settings.in_flight * static_cast<int>(sinks.size()))),
      tally_(tally),
      on_next_(std::move(on_next)) {
  lanes_.reserve(sinks.size());
  for (const auto& [sink, receiver] : sinks) lanes_.push_back(Lane{sink, receiver});
}

// Among as many as may be under way there is one for each free place.
Relay::Wanted Relay::wanted(Instant now) const {
  Wanted wanted;
  wanted.until = now;
  wanted.items = settings_.in_flight;
  if (halted()) return wanted;
  for (const Lane& lane : lanes_) wanted.sinks.push_back(lane.sink);
  return wanted;
}

std::vector<Relay::Found> Relay::read(ports::LedgerTx& tx, const Wanted& wanted) {
  std::vector<Found> all;
  for (const ports::Sink sink : wanted.sinks) {
    if (!tx.carries(sink)) continue;
    Found found{sink, {}};
    found.all_queued = tx.queue_deliveries(sink, wanted.until, page) < page;
    found.due = tx.deliveries_due(sink, wanted.until, wanted.items);
    all.push_back(std::move(found));
  }
  return all;
}

Result<void> Relay::begin(std::vector<Found> found) {
  for (Found& one : found) {
    if (!one.all_queued) on_next_(context_.clock.now());
    const auto is_its = [&one](const Lane& lane) { return lane.sink == one.sink; };
    Lane& lane = *std::ranges::find_if(lanes_, is_its);
    while (static_cast<int>(lane.busy.size()) < settings_.in_flight) {
      auto next = take_free(lane, one.due);
      if (!next) break;
      group_.start(work(std::move(*next), lane));
    }
  }
  if (broken_) std::rethrow_exception(broken_);
  if (failure_) return Failure(*failure_);
  return {};
}

async::Task<Result<void>> Relay::start_due() {
  const Wanted all = wanted(horizon());
  if (all.sinks.empty()) co_return begin({});
  std::function<std::vector<Found>(ports::LedgerTx&)> work = [&all](ports::LedgerTx& tx) {
    return read(tx, all);
  };
  auto found = co_await ports::transact(context_.ledger, std::move(work));
  if (!found) co_return Failure(found.error());
  co_return begin(std::move(*found));
}

// The first that nobody is at; from here on somebody is. The ledger answers in the order in which
// it worked, so what has been marked since the list was read is still busy here.
std::optional<ports::DueDelivery> Relay::take_free(Lane& lane, Due& due) const {
  if (halted()) return std::nullopt;
  for (ports::DueDelivery& one : due) {
    if (lane.busy.insert(one.event.key).second) return std::move(one);
  }
  return std::nullopt;
}

async::Task<void> Relay::work(ports::DueDelivery first, Lane& lane) {
  std::optional<ports::DueDelivery> next = std::move(first);
  while (next) {
    const OutboxKey key = next->event.key;
    ports::DueDelivery due = std::move(*next);
    Due more;
    try {
      more = co_await deliver(std::move(due), lane);
    } catch (...) {  // our bug: whoever waits for us is to hear of it now
      broken_ = std::current_exception();
    }
    lane.busy.erase(key);
    next = take_free(lane, more);
  }
  if (failure_ || broken_) on_next_(context_.clock.now());
}

// One try. Brings back what else is due.
async::Task<Relay::Due> Relay::deliver(ports::DueDelivery due, Lane& lane) {
  ports::OutboundEvent event = due.event;
  std::string id = event_id(context_.desk.installation, event);
  may_die_at(Failpoint::event_queued);
  auto reply = co_await lane.receiver->deliver(std::move(id), std::move(event));
  may_die_at(Failpoint::event_delivered);
  const Instant now = context_.clock.now();
  const ports::Delivery after = judged(due.delivery, reply, now);
  const Instant until = horizon();
  const int wanted = settings_.in_flight;  // the others are at so many less one
  std::function<Marked(ports::LedgerTx&)> mark = [&due, &after, now, until,
                                                  wanted](ports::LedgerTx& tx) {
    Marked marked;
    marked.was_waiting = tx.update_delivery(after);
    if (marked.was_waiting && after.state == ports::DeliveryState::dead) {
      audit(tx, ports::EventName::event_given_up, due.event, due.delivery, after, now);
    }
    marked.due = tx.deliveries_due(after.sink, until, wanted);
    return marked;
  };
  auto marked = co_await ports::transact(context_.ledger, std::move(mark));
  may_die_at(Failpoint::event_marked);
  if (!marked) {
    failure_ = marked.error();
    co_return Due{};
  }
  if (marked->was_waiting) tell(due, after);
  if (after.next_at) on_next_(*after.next_at);
  co_return std::move(marked->due);
}

// 2xx is delivered; everything else is tried again until its time is over. The last try is made
// when that is, and none that has never been made is given up.
ports::Delivery Relay::judged(ports::Delivery delivery, const ports::SinkReply& reply,
                              Instant now) const {
  delivery.tries += 1;
  delivery.error = reply.why;
  delivery.next_at = std::nullopt;
  const Instant last = delivery.queued_at + settings_.give_up_after;
  if (reply.result == ports::SinkReply::Result::taken) {
    delivery.state = ports::DeliveryState::delivered;
    delivery.delivered_at = now;
  } else if (now >= last) {
    delivery.state = ports::DeliveryState::dead;
  } else {
    const Millis longest =
        billing::doubled(settings_.first_backoff, delivery.tries - 1, settings_.longest_backoff);
    Millis wait = billing::full_jitter(longest, context_.entropy.fraction());
    const Millis asked = reply.retry_after.value_or(Millis(0));
    wait = std::max({wait, std::min(asked, billing::longest_retry_after), Millis(1)});
    delivery.next_at = std::min(now + wait, last);
  }
  return delivery;
}

void Relay::tell(const ports::DueDelivery& due, const ports::Delivery& after) {
  ports::EventName name = ports::EventName::event_failed;
  if (after.state == ports::DeliveryState::delivered) {
    name = ports::EventName::event_delivered;
    tally_.delivered += 1;
  } else if (after.state == ports::DeliveryState::dead) {
    name = ports::EventName::event_given_up;
  }
  ports::Event line(name);
  line.subscription = due.event.subscription.str();
  line.order = due.event.order.str();
  line.reason = name_of(after, due.event);
  if (!after.error.empty()) line.reason += ": " + after.error;
  line.count = after.tries;
  context_.events.note(line);
}

async::Task<Result<void>> Relay::once() {
  horizon_ = context_.clock.now();
  Result<void> done;
  while (!halted()) {
    done = co_await start_due();
    if (!done || group_.running() == 0) break;
    done = co_await join();
    if (!done) break;
  }
  co_return done;
}

std::optional<Instant> Relay::next_after(ports::LedgerTx& tx, Instant after) const {
  std::optional<Instant> next;
  for (const Lane& lane : lanes_) {
    const auto first = tx.next_delivery_after(lane.sink, after);
    if (first && (!next || *first < *next)) next = first;
  }
  return next;
}

async::Task<Result<void>> Relay::join() {
  co_await group_.join();
  if (broken_) std::rethrow_exception(broken_);
  if (failure_) co_return Failure(*failure_);
  co_return Result<void>{};
}

bool replay_event(ports::LedgerTx& tx, const ports::StoredEvent& stored, Instant now) {
  const auto is_dead = [](const ports::Delivery& delivery) {
    return delivery.state == ports::DeliveryState::dead;
  };
  const bool dead_alone = std::ranges::any_of(stored.deliveries, is_dead);
  for (const ports::Delivery& before : stored.deliveries) {
    if (dead_alone && !is_dead(before)) continue;
    tx.replay_delivery(before.event, before.sink, now);
    ports::Delivery after;
    after.sink = before.sink;
    audit(tx, ports::EventName::event_replayed, stored.event, before, after, now);
  }
  return !stored.deliveries.empty();
}

}  // namespace recycled::engine
