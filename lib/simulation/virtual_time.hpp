// Weeks of waiting in milliseconds: a clock that stands still while anything can run, and jumps to
// the next sleeper when nothing can.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "async/suspend.hpp"
#include "ports/clock.hpp"

namespace recycled::simulation {

class VirtualTime final : public ports::Clock {
 public:
  explicit VirtualTime(Instant start) : now_(start) {}

  Instant now() const override { return now_; }

  async::Task<void> sleep_until(Instant at);

  // Runs what can run now; when nothing can, jumps to the next sleeper. False: nobody is left.
  bool turn(boost::asio::io_context& context);

  // So much goes by while nobody can run: a process that waits for a lock, or that is away. Who was
  // to wake meanwhile wakes late.
  void pass(Millis by) { now_ += by; }

  // The process died: its sleepers are gone, the time goes on.
  void forget_sleepers() { sleepers_.clear(); }
  // The same for one of them; wakes it at once instead. Unknown keys are fine.
  using Sleeper = std::pair<Instant, std::int64_t>;
  Sleeper add(Instant at, async::Resume resume);
  void wake(const Sleeper& sleeper);

 private:
  Instant now_;
  std::int64_t next_ = 0;
  std::map<Sleeper, async::Resume> sleepers_;
};

// For a while the worker's clock is wrong by so much.
struct ClockStep {
  Instant from;
  Instant until;
  Millis by{};
};

// What the worker takes for the time.
class SteppedClock final : public ports::Clock {
 public:
  explicit SteppedClock(const VirtualTime& time) : time_(time) {}

  void step_at(std::vector<ClockStep> steps) { steps_ = std::move(steps); }
  Instant now() const override { return time_.now() + by(); }
  // From the minute before a step to a quarter of an hour after it: what was signed or sent just
  // before may be looked at just after.
  bool is_off() const;
  Millis by() const;

 private:
  const VirtualTime& time_;
  std::vector<ClockStep> steps_;
};

// Waits as a steady timer does: for so long as was left by the worker's clock when it began.
class VirtualAlarm final : public ports::Alarm {
 public:
  VirtualAlarm(VirtualTime& time, const SteppedClock& clock) : time_(time), clock_(clock) {}

  async::Task<void> wait_until(Instant at) override;
  void wake() override;

 private:
  VirtualTime& time_;
  const SteppedClock& clock_;
  std::optional<VirtualTime::Sleeper> sleeper_;
  bool woken_ = false;
};

class VirtualAlarms final : public ports::Alarms {
 public:
  VirtualAlarms(VirtualTime& time, const SteppedClock& clock) : time_(time), clock_(clock) {}
  std::unique_ptr<ports::Alarm> make() override {
    return std::make_unique<VirtualAlarm>(time_, clock_);
  }

 private:
  VirtualTime& time_;
  const SteppedClock& clock_;
};

}  // namespace recycled::simulation
