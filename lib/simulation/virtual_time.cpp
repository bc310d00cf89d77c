#include "simulation/virtual_time.hpp"

#include <algorithm>

namespace recycled::simulation {

VirtualTime::Sleeper VirtualTime::add(Instant at, async::Resume resume) {
  const Sleeper sleeper{std::max(at, now_), next_++};
  sleepers_.emplace(sleeper, std::move(resume));
  return sleeper;
}

void VirtualTime::wake(const Sleeper& sleeper) {
  const auto found = sleepers_.find(sleeper);
  if (found == sleepers_.end()) return;
  const async::Resume resume = std::move(found->second);
  sleepers_.erase(found);
  resume();
}

async::Task<void> VirtualTime::sleep_until(Instant at) {
  std::function<void(async::Resume)> start = [this, at](async::Resume resume) {
    add(at, std::move(resume));
  };
  co_await async::until_resumed(std::move(start));
}

bool VirtualTime::turn(boost::asio::io_context& context) {
  context.restart();
  if (context.poll() > 0) return true;
  if (sleepers_.empty()) return false;
  const Sleeper first = sleepers_.begin()->first;
  now_ = std::max(now_, first.first);
  wake(first);
  return true;
}

Millis SteppedClock::by() const {
  Millis sum{0};
  for (const ClockStep& step : steps_) {
    if (time_.now() >= step.from && time_.now() < step.until) sum += step.by;
  }
  return sum;
}

bool SteppedClock::is_off() const {
  return std::any_of(steps_.begin(), steps_.end(), [this](const ClockStep& step) {
    return time_.now() >= step.from - std::chrono::minutes(1) &&
           time_.now() < step.until + std::chrono::minutes(15);
  });
}

async::Task<void> VirtualAlarm::wait_until(Instant at) {
  const Millis by = clock_.by();
  at = to_millis(at) > INT64_MAX / 2 ? at : at - by;
  if (!woken_) {
    std::function<void(async::Resume)> start = [this, at](async::Resume resume) {
      sleeper_ = time_.add(at, std::move(resume));
    };
    co_await async::until_resumed(std::move(start));
  }
  sleeper_.reset();
  woken_ = false;
}

void VirtualAlarm::wake() {
  woken_ = true;
  if (sleeper_) time_.wake(*sleeper_);
}

}  // namespace recycled::simulation
