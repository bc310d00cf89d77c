#include "flexfactor/simulated_orders.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "crypto/guid.hpp"
#include "flexfactor/callback.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

namespace {

bool is_open(SimulatedState state) {
  return state == SimulatedState::processing || state == SimulatedState::on_hold;
}

void keep_signatures(http::Headers& headers, SignatureForm form) {
  switch (form) {
    case SignatureForm::both:
      return;
    case SignatureForm::authorization:
      std::erase_if(headers, [](const auto& header) { return header.first == "x-fc-signature"; });
      return;
    case SignatureForm::body:
      std::erase_if(headers, [](const auto& header) { return header.first != "x-fc-signature"; });
      return;
  }
}

}  // namespace

SimulatedOrders::SimulatedOrders(Behaviour behaviour)
    : behaviour_(std::move(behaviour)), dice_(behaviour_.seed) {
  ensure(behaviour_.shortest_delay <= behaviour_.longest_delay, "delays are a range");
}

bool SimulatedOrders::strikes(SimulatedFault fault) {
  const auto rate = behaviour_.per_mille.find(fault);
  if (rate == behaviour_.per_mille.end() || rate->second <= 0) return false;
  if (dice_.roll(1000) >= rate->second) return false;
  ++counted_.faults[fault];
  return true;
}

Millis SimulatedOrders::delay() {
  const Millis range = behaviour_.longest_delay - behaviour_.shortest_delay;
  return behaviour_.shortest_delay + Millis(dice_.roll(range.count() + 1));
}

std::size_t SimulatedOrders::index_of(const SimulatedOrder& order) const {
  return static_cast<std::size_t>(&order - orders_.data());
}

std::span<const SimulatedOrder> SimulatedOrders::created(std::optional<Instant> from,
                                                         std::optional<Instant> to) const {
  const auto place_of = [this](Instant at) {
    return std::ranges::lower_bound(orders_, at, {}, &SimulatedOrder::created_at);
  };
  const auto first = from ? place_of(*from) : orders_.begin();
  const auto last = to ? place_of(*to) : orders_.end();
  return {first, std::max(first, last)};
}

// --- taking over ---

std::size_t SimulatedOrders::open(const SimulatedSale& sale, Instant now) {
  const std::size_t index = orders_.size();
  SimulatedOrder order;
  const std::string seed = std::to_string(behaviour_.seed);
  order.id = ProviderOrderId(
      crypto::derive_guid({"simulated order", seed, sale.order.str(), std::to_string(index)}));
  order.sale = sale;
  // Even where somebody puts the clock back: created() looks for a time among them.
  order.created_at = orders_.empty() ? now : std::max(now, orders_.back().created_at);
  const Instant asked_for = sale.expires_at.value_or(now + std::chrono::days(21));
  order.expires_at = behaviour_.expire_after ? now + *behaviour_.expire_after : asked_for;
  by_id_[order.id.str()].push_back(index);
  by_id_[sale.order.str()].push_back(index);
  orders_.push_back(std::move(order));
  ++counted_.orders;
  return index;
}

SimulatedOrder& SimulatedOrders::take_over(const SimulatedSale& sale, Instant now) {
  const auto known = find(sale.order.str());
  const bool continues =
      behaviour_.mode == billing::MitMode::sync && !known.empty() && is_open(known.back()->state);
  const std::size_t index = continues ? index_of(*known.back()) : open(sale, now);
  SimulatedOrder& order = orders_[index];
  ++order.attempts;
  order.fate = fate_of(behaviour_, sale.card_token, sale.order.str(), order.attempts);
  // The pessimist's provider: where a second charge can happen, it does.
  if (!is_steered(sale.card_token) && book_.is_charged(sale.subscription, sale.cycle)) {
    order.fate = Fate::approve;
  }
  if (!continues && order.fate != Fate::never && order.fate != Fate::late) {
    schedule_.emplace(order.expires_at, Due{Job::expire, index, {}});
  }
  if (sale.shopper_waits) {
    answer_shopper(order, now);
  } else if (behaviour_.mode == billing::MitMode::sync) {
    settle_at_once(order, now);
  } else {
    work_on(order, now);
  }
  return order;
}

// A sync account says how it went in the reply; a decline there is "not now".
void SimulatedOrders::settle_at_once(SimulatedOrder& order, Instant now) {
  if (order.fate == Fate::approve) {
    charge(order, now);
    notify_later(order, "order.completed", now);
  } else if (order.fate == Fate::decline || order.fate == Fate::expire) {
    ++counted_.declined;
  } else {
    work_on(order, now);
  }
}

// There is no later for a shopper: what is not charged at once is declined for good.
void SimulatedOrders::answer_shopper(SimulatedOrder& order, Instant now) {
  switch (order.fate) {
    case Fate::approve:
      charge(order, now);
      return notify_later(order, "order.completed", now);
    case Fate::expire:
      order.state = SimulatedState::declined;
      ++counted_.declined;
      return;
    case Fate::late:
      schedule_.emplace(now + behaviour_.late_after, Due{Job::complete, index_of(order), {}});
      return;
    case Fate::decline:
    case Fate::challenge:
    case Fate::capture:
    case Fate::cancel:
    case Fate::never:
    case Fate::refuse:
      return work_on(order, now);
  }
}

// A managed account takes it over and reports later.
void SimulatedOrders::work_on(SimulatedOrder& order, Instant now) {
  const std::size_t index = index_of(order);
  switch (order.fate) {
    case Fate::approve:
      if (strikes(SimulatedFault::callback_early)) {
        perform(Due{Job::complete, index, {}}, now);
        for (auto& callback : sign_outbox(now)) early_.push_back(std::move(callback));
      } else {
        schedule_.emplace(now + delay(), Due{Job::complete, index, {}});
      }
      return;
    case Fate::decline:
      order.state = SimulatedState::declined;
      ++counted_.declined;
      return;
    case Fate::late:
      schedule_.emplace(order.expires_at + behaviour_.late_after, Due{Job::complete, index, {}});
      return;
    case Fate::challenge:
      order.state = SimulatedState::on_hold;
      notify_later(order, "challenge.created", now);
      return;
    case Fate::capture:
      order.state = SimulatedState::capture_required;
      notify_later(order, "order.capturerequired", now);
      return;
    case Fate::cancel:
      schedule_.emplace(now + delay(), Due{Job::cancel, index, {}});
      return;
    case Fate::expire:
    case Fate::never:
    case Fate::refuse:
      return;
  }
}

std::vector<SimulatedOrder*> SimulatedOrders::find(const std::string& id) {
  std::vector<SimulatedOrder*> found;
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return found;
  for (const std::size_t index : known->second) found.push_back(&orders_[index]);
  return found;
}

// --- what the merchant asks of an order ---

bool SimulatedOrders::cancel(SimulatedOrder& order, Instant now) {
  if (order.state == SimulatedState::completed || order.state == SimulatedState::returned) {
    return false;
  }
  if (is_open(order.state) || order.state == SimulatedState::capture_required) {
    order.state = SimulatedState::cancelled;
    ++counted_.cancelled;
    notify_later(order, "order.cancelled", now);
  }
  return true;
}

bool SimulatedOrders::refund(SimulatedOrder& order, Instant now) {
  if (order.state != SimulatedState::completed) return false;
  order.state = SimulatedState::returned;
  ++counted_.refunded;
  notify_later(order, "order.refunded", now);
  return true;
}

bool SimulatedOrders::capture(SimulatedOrder& order, Instant now) {
  if (order.state != SimulatedState::capture_required) return false;
  charge(order, now);
  notify_later(order, "order.completed", now);
  return true;
}

void SimulatedOrders::charge(SimulatedOrder& order, Instant now) {
  order.state = SimulatedState::completed;
  ++counted_.approved;
  book_.add({now, order.sale.subscription, order.sale.cycle, order.sale.order, order.id,
             order.sale.amount});
}

// --- what happens by itself ---

std::optional<Instant> SimulatedOrders::next_at() const {
  std::optional<Instant> next;
  if (!schedule_.empty()) next = schedule_.begin()->first;
  if (!repeats_.empty()) {
    const Instant repeat = repeats_.begin()->first;
    next = next ? std::min(*next, repeat) : repeat;
  }
  return next;
}

std::vector<OutgoingCallback> SimulatedOrders::advance(Instant now) {
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    const Due due = schedule_.begin()->second;
    const Instant at = schedule_.begin()->first;
    schedule_.erase(schedule_.begin());
    perform(due, at);
  }
  while (!repeats_.empty() && repeats_.begin()->first <= now) {
    outbox_.push_back(repeats_.begin()->second);
    repeats_.erase(repeats_.begin());
  }
  return sign_outbox(now);
}

void SimulatedOrders::perform(const Due& due, Instant now) {
  SimulatedOrder& order = orders_[due.order];
  switch (due.job) {
    case Job::complete:
      // A late one was under way when it was cancelled: that charge cannot be called back.
      if (order.fate != Fate::late && !is_open(order.state)) return;
      if (order.state == SimulatedState::completed) return;
      charge(order, now);
      emit(due.order, "order.completed", now);
      return;
    case Job::expire:
      if (!is_open(order.state)) return;
      order.state = SimulatedState::expired;
      ++counted_.expired;
      emit(due.order, "order.expired", now);
      return;
    case Job::cancel:
      if (!is_open(order.state)) return;
      order.state = SimulatedState::cancelled;
      ++counted_.cancelled;
      emit(due.order, "order.cancelled", now);
      return;
    case Job::notify:
      emit(due.order, due.event, now);
      return;
    case Job::release:
      if (held_) outbox_.push_back(*std::exchange(held_, std::nullopt));
      return;
  }
}

void SimulatedOrders::notify_later(const SimulatedOrder& order, const std::string& event,
                                   Instant now) {
  schedule_.emplace(now + delay(), Due{Job::notify, index_of(order), event});
}

void SimulatedOrders::emit(std::size_t order, const std::string& event, Instant now) {
  Draft draft{order, event, now, false};
  if (strikes(SimulatedFault::callback_lost)) {
    ++counted_.callbacks_lost;
    return;
  }
  if (strikes(SimulatedFault::callback_twice)) {
    Draft again = draft;
    again.resent = true;
    repeats_.emplace(now + delay(), again);
  }
  if (strikes(SimulatedFault::callback_late)) {
    repeats_.emplace(now + behaviour_.late_callback, draft);
    return;
  }
  if (!held_ && strikes(SimulatedFault::callback_reordered)) {
    held_ = draft;
    schedule_.emplace(now + behaviour_.longest_delay, Due{Job::release, order, {}});
    return;
  }
  outbox_.push_back(draft);
  if (held_) outbox_.push_back(*std::exchange(held_, std::nullopt));
}

// --- callbacks ---

std::vector<OutgoingCallback> SimulatedOrders::take_early() { return std::exchange(early_, {}); }

std::vector<OutgoingCallback> SimulatedOrders::sign_outbox(Instant now) {
  std::vector<OutgoingCallback> callbacks;
  for (const Draft& draft : std::exchange(outbox_, {})) {
    callbacks.push_back(signed_callback(draft, now));
  }
  return callbacks;
}

OutgoingCallback SimulatedOrders::signed_callback(const Draft& draft, Instant now) {
  const SimulatedOrder& order = orders_[draft.order];
  const std::string number = std::to_string(++counted_.callbacks_sent);
  Json body;
  body["Event"] = draft.event;
  body["TimeStamp"] = to_iso8601(draft.happened_at);
  body["EventData"] = nullptr;
  body["ExternalOrderId"] = order.sale.order.str();
  body["OrderId"] = order.id.str();
  body["ConfirmationId"] = "SIM" + number;
  body["IsTestMode"] = behaviour_.test_mode;
  body["IsResent"] = draft.resent;
  OutgoingCallback callback;
  callback.event = draft.event;
  callback.order = order.sale.order;
  callback.provider_order = order.id;
  callback.happened_at = draft.happened_at;
  callback.body = body.dump();
  const std::string seed = std::to_string(behaviour_.seed);
  // The instant is in the nonce too: a second run of the same seed must not look like a replay.
  const std::string nonce = crypto::derive_guid({"simulated nonce", seed, number, to_iso8601(now)});
  callback.headers =
      sign(behaviour_.signing_key, nonce, now, behaviour_.callback_host, callback.body);
  keep_signatures(callback.headers, behaviour_.quirks.signature);
  callback.headers.emplace_back("Content-Type", "application/json");
  return callback;
}

OutgoingCallback SimulatedOrders::resend(const OutgoingCallback& callback, Instant now) {
  const auto known = find(callback.provider_order.str());
  ensure(!known.empty(), "a callback is about an order");
  Draft draft{index_of(*known.front()), callback.event, callback.happened_at, true};
  return signed_callback(draft, now);
}

Statistics SimulatedOrders::statistics() const {
  Statistics statistics = counted_;
  statistics.charges = static_cast<std::int64_t>(book_.charges().size());
  statistics.double_charges = book_.doubles();
  return statistics;
}

}  // namespace recycled::flexfactor
