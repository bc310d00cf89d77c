#include "system/clock.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace recycled::system {
namespace {

// The timer counts elapsed time while an instant is wall-clock time: the longest the two may drift
// apart unnoticed.
constexpr Millis look_again = std::chrono::seconds(30);

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

Instant SteadyClock::now() const {
  const auto passed = std::chrono::steady_clock::now().time_since_epoch();
  return from_millis(std::chrono::floor<Millis>(passed).count());
}

AsioAlarm::AsioAlarm(boost::asio::any_io_executor executor, const ports::Clock& clock)
    : clock_(clock), timer_(executor) {}

async::Task<void> AsioAlarm::wait_until(Instant at) {
  while (!woken_) {
    const Instant now = clock_.now();
    if (now >= at) break;
    timer_.expires_after(std::min(at - now, look_again));
    // A wake cancels the timer, which is no error; a cancelled coroutine is thrown out by the
    // loop's next co_await.
    boost::system::error_code cancelled;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, cancelled);
    co_await timer_.async_wait(std::move(token));
  }
  woken_ = false;
}

void AsioAlarm::wake() {
  woken_ = true;
  timer_.cancel();
}

AsioAlarms::AsioAlarms(boost::asio::any_io_executor executor, const ports::Clock& clock)
    : executor_(std::move(executor)), clock_(clock) {}

std::unique_ptr<ports::Alarm> AsioAlarms::make() {
  return std::make_unique<AsioAlarm>(executor_, clock_);
}

}  // namespace recycled::system
