// Weeks of waiting in milliseconds: a clock that stands still while anything can run, and jumps to
// the next sleeper when nothing can.
#pragma once

#include <map>
#include <memory>
#include <utility>

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

class VirtualAlarm final : public ports::Alarm {
 public:
  explicit VirtualAlarm(VirtualTime& time) : time_(time) {}

  async::Task<void> wait_until(Instant at) override;
  void wake() override;

 private:
  VirtualTime& time_;
  std::optional<VirtualTime::Sleeper> sleeper_;
  bool woken_ = false;
};

class VirtualAlarms final : public ports::Alarms {
 public:
  explicit VirtualAlarms(VirtualTime& time) : time_(time) {}
  std::unique_ptr<ports::Alarm> make() override { return std::make_unique<VirtualAlarm>(time_); }

 private:
  VirtualTime& time_;
};

}  // namespace recycled::simulation
