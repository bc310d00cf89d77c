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

async::Task<void> VirtualAlarm::wait_until(Instant at) {
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
