// Time, as the engine sees it. The real one is in system/, the virtual one in tests/sim.
#pragma once

#include <memory>

#include "async/task.hpp"
#include "base/time.hpp"

namespace recycled::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

// One waiter that can be woken: the engine's pause between two passes.
class Alarm {
 public:
  virtual ~Alarm() = default;
  // Returns at `at` or at the first wake(), whichever is first; at once if wake() was called since
  // the last return.
  virtual async::Task<void> wait_until(Instant at) = 0;
  virtual void wake() = 0;
};

// Makes alarms, for those of whom there are many at a time.
class Alarms {
 public:
  virtual ~Alarms() = default;
  virtual std::unique_ptr<Alarm> make() = 0;
};

}  // namespace recycled::ports
