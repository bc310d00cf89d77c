// Real time as the ports see it.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ports/clock.hpp"

namespace recycled::system {

class SystemClock final : public ports::Clock {
 public:
  Instant now() const override;
};

// Time that has passed, which nobody sets: its instants mean nothing but how far they are apart.
class SteadyClock final : public ports::Clock {
 public:
  Instant now() const override;
};

// An alarm over a timer. Instants are the clock's, so a clock that is set, or a machine that slept,
// is noticed within half a minute. For use on the executor's thread only.
class AsioAlarm final : public ports::Alarm {
 public:
  AsioAlarm(boost::asio::any_io_executor executor, const ports::Clock& clock);

  async::Task<void> wait_until(Instant at) override;
  void wake() override;

 private:
  const ports::Clock& clock_;
  boost::asio::steady_timer timer_;
  bool woken_ = false;
};

class AsioAlarms final : public ports::Alarms {
 public:
  // `clock` outlives the alarms.
  AsioAlarms(boost::asio::any_io_executor executor, const ports::Clock& clock);

  std::unique_ptr<ports::Alarm> make() override;

 private:
  boost::asio::any_io_executor executor_;
  const ports::Clock& clock_;
};

}  // namespace recycled::system
