#include "engine/pacer.hpp"

#include <algorithm>
#include <limits>

#include "base/ensure.hpp"
#include "billing/backoff.hpp"

namespace recycled::engine {
namespace {

// Calls that may start at once although their turns are a little ahead: what a timer's grain and
// one transaction would otherwise cost.
constexpr std::chrono::milliseconds burst{100};
// From nothing back to the full rate in about this many seconds of answers.
constexpr std::int64_t seconds_to_full_rate = 20;
constexpr std::int64_t slow_start = 10;  // after a rest: a tenth of the rate

}  // namespace

PaceLimits rate_alone(int per_second) {
  PaceLimits limits;
  limits.per_second = per_second;
  limits.in_flight = std::numeric_limits<int>::max();
  limits.failures_to_rest = std::numeric_limits<int>::max();
  return limits;
}

Pacer::Pacer(PaceLimits limits)
    : limits_(limits), milli_rate_(std::int64_t{limits.per_second} * 1000) {
  ensure(limits_.in_flight > 0 && limits_.per_second > 0 && limits_.failures_to_rest > 0,
         "a gateway may be called");
}

Pacer::Nanos Pacer::interval() const {
  return Nanos(std::int64_t{1'000'000'000} * 1000 / milli_rate_);
}

// How far ahead of its turn a call may start; a slow rate keeps to its turns.
Pacer::Nanos Pacer::ahead() const { return interval() > burst ? Nanos(0) : Nanos(burst); }

int Pacer::room(Instant now) const {
  if (asked_until_ && now < *asked_until_) return 0;
  if (state_ == State::probing) return 0;
  if (state_ == State::resting) return now < *rests_until_ ? 0 : 1;
  const int places = limits_.in_flight - running_;
  if (places <= 0) return 0;
  const Fine first = std::max(next_slot_, Fine(now));
  const Fine last = Fine(now) + ahead();
  if (first > last) return 0;
  const std::int64_t turns = (last - first) / interval() + 1;
  return static_cast<int>(std::min<std::int64_t>(places, turns));
}

std::optional<Instant> Pacer::opens_at(Instant now) const {
  if (state_ == State::probing) return std::nullopt;
  if (state_ == State::working && running_ >= limits_.in_flight) return std::nullopt;
  // Half a burst later, not a call later: each look at the ledger is to bring several.
  Instant at = std::max(now, std::chrono::ceil<Millis>(next_slot_ - ahead() / 2));
  if (state_ == State::resting) at = std::max(now, *rests_until_);
  if (asked_until_) at = std::max(at, *asked_until_);
  return at;
}

bool Pacer::rests(Instant now) const {
  return state_ != State::working || (asked_until_ && now < *asked_until_);
}

void Pacer::started(Instant now) {
  ++running_;
  // One that there was room for before the rest is no probe: it says nothing of the time after.
  if (state_ == State::resting && now >= *rests_until_) state_ = State::probing;
  next_slot_ = std::max(next_slot_, Fine(now)) + interval();
}

Pacer::Change Pacer::ended(ports::Service service, std::optional<Millis> retry_after,
                           Instant started_at, Instant now, double jitter) {
  --running_;
  ensure(running_ >= 0, "only a started call ends");
  return heard(service, retry_after, started_at, now, jitter);
}

Pacer::Change Pacer::heard(ports::Service service, std::optional<Millis> retry_after,
                           Instant started_at, Instant now, double jitter) {
  if (retry_after) {
    const Instant until = now + std::min(*retry_after, billing::longest_retry_after);
    asked_until_ = std::max(asked_until_.value_or(until), until);
  }
  switch (service) {
    case ports::Service::answered:
      speed_up();
      return answered(now);
    case ports::Service::busy: {
      const Change change = answered(now);
      // Those sent before the last slow-down tell nothing about the rate since.
      if (started_at < slowed_at_) return change;
      slow_down(2, now);
      return change == Change::none ? Change::slowed : change;
    }
    case ports::Service::unavailable:
      return unanswered(started_at, now, jitter);
  }
  return Change::none;
}

Pacer::Change Pacer::answered(Instant now) {
  failures_ = 0;
  // Before the probe has left, an answer is one to a call from before the rest.
  if (state_ != State::probing) return Change::none;
  state_ = State::working;
  rests_ = 0;
  rests_until_.reset();
  milli_rate_ = std::int64_t{limits_.per_second} * 1000;
  slow_down(slow_start, now);
  return Change::resumed;
}

Pacer::Change Pacer::unanswered(Instant started_at, Instant now, double jitter) {
  ++failures_;
  // By a clock that was set back it began before its time: it is over when nothing is under way.
  const bool is_probe = state_ == State::probing && (started_at >= *rests_until_ || running_ == 0);
  const bool is_enough = state_ == State::working && failures_ >= limits_.failures_to_rest;
  if (!is_probe && !is_enough) return Change::none;
  rest(now, jitter);
  return Change::rested;
}

void Pacer::rest(Instant now, double jitter) {
  const Millis longest = billing::doubled(limits_.first_rest, rests_, limits_.longest_rest);
  state_ = State::resting;
  rests_until_ = now + std::max(billing::full_jitter(longest, jitter), Millis(1));
  ++rests_;
}

void Pacer::slow_down(std::int64_t divisor, Instant now) {
  slowed_at_ = now;
  milli_rate_ = std::max<std::int64_t>(milli_rate_ / divisor, 1000);
  next_slot_ = std::max(next_slot_, Fine(now) + interval());
}

// Each answer adds what makes a second of answers a fixed step.
void Pacer::speed_up() {
  const std::int64_t full = std::int64_t{limits_.per_second} * 1000;
  if (milli_rate_ >= full) return;
  const std::int64_t step = full / seconds_to_full_rate * 1000 / milli_rate_;
  milli_rate_ = std::min(full, milli_rate_ + std::max<std::int64_t>(step, 1));
}

}  // namespace recycled::engine
