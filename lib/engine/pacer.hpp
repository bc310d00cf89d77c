// How fast one gateway may be called: a rate, a number of calls at one time, a slow-down when it
// asks for one, and a rest with a single probe when it does not answer. It says what may be done
// and does nothing itself. Source: lessons.md 21, domain.md "FlexFactor unreachable, 5xx, 429".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "ports/provider.hpp"

namespace recycled::engine {

struct PaceLimits {
  int in_flight = 32;            // calls at one time
  int per_second = 100;          // calls a second
  int failures_to_rest = 5;      // calls in a row without an answer: then the gateway rests
  Millis first_rest{2'000};      // the first rest, drawn at random up to it …
  Millis longest_rest{600'000};  // … doubling up to this
};

// For who looks after the number of calls himself, and knows by himself when it is enough.
PaceLimits rate_alone(int per_second);

// For one thread. All chance comes from the caller.
class Pacer {
 public:
  explicit Pacer(PaceLimits limits);

  const PaceLimits& limits() const { return limits_; }

  // How many calls may start now.
  int room(Instant now) const;
  // When there will be room if no call ends; nothing: a call must end first.
  std::optional<Instant> opens_at(Instant now) const;
  // The gateway does not answer, or asked for a pause: whoever cannot wait comes back later.
  bool rests(Instant now) const;

  void started(Instant now);
  // What the end of a call changed for those to come.
  enum class Change { none, slowed, rested, resumed };
  // `jitter` in [0, 1).
  Change ended(ports::Service service, std::optional<Millis> retry_after, Instant started_at,
               Instant now, double jitter);

  // The same of a call that was not paced, for who could not wait for his turn.
  Change heard(ports::Service service, std::optional<Millis> retry_after, Instant started_at,
               Instant now, double jitter);

  // Calls a second at present, as slowed down.
  int rate() const { return static_cast<int>((milli_rate_ + 999) / 1000); }
  // Until when the gateway rests, if it does.
  std::optional<Instant> rests_until() const { return rests_until_; }

 private:
  using Nanos = std::chrono::nanoseconds;
  using Fine = std::chrono::sys_time<Nanos>;

  enum class State { working, resting, probing };

  Nanos interval() const;
  Nanos ahead() const;
  void slow_down(std::int64_t divisor, Instant now);
  void speed_up();
  void rest(Instant now, double jitter);
  Change answered(Instant now);
  Change unanswered(Instant started_at, Instant now, double jitter);

  const PaceLimits limits_;
  State state_ = State::working;
  int running_ = 0;
  int failures_ = 0;  // in a row
  int rests_ = 0;     // since the last answer
  std::int64_t milli_rate_ = 0;
  Fine next_slot_{};                    // of the rate: the next call's turn
  Instant slowed_at_ = from_millis(0);  // answers to calls from before count for one slow-down
  std::optional<Instant> rests_until_;  // nobody answers; always there but with State::working
  std::optional<Instant> asked_until_;  // Retry-After
};

}  // namespace recycled::engine
