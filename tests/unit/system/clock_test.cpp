#include "system/clock.hpp"

#include <chrono>
#include <optional>

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace recycled::system {
namespace {

using std::chrono::hours;

class StoppedClock final : public ports::Clock {
 public:
  Instant now() const override { return at; }
  Instant at = from_millis(1'000'000);
};

struct Waiting {
  Waiting() : alarm(io.get_executor(), clock) {}

  void start(Instant until) { boost::asio::co_spawn(io, wait(until), boost::asio::detached); }
  async::Task<void> wait(Instant until) {
    co_await alarm.wait_until(until);
    ++returned;
  }

  StoppedClock clock;
  boost::asio::io_context io;
  AsioAlarm alarm;
  int returned = 0;
};

}  // namespace

TEST_CASE("the system clock goes on and is in this century") {
  const SystemClock clock;
  const Instant first = clock.now();
  CHECK(first > *parse_instant("2026-01-01T00:00:00Z"));
  CHECK(clock.now() >= first);
}

TEST_CASE("an alarm for a time that has come returns at once") {
  Waiting waiting;
  waiting.start(waiting.clock.at);
  waiting.io.run();
  CHECK(waiting.returned == 1);
}

TEST_CASE("a wake ends a wait of hours") {
  Waiting waiting;
  waiting.start(waiting.clock.at + hours(9));
  waiting.io.poll();
  CHECK(waiting.returned == 0);
  waiting.alarm.wake();
  waiting.io.run();
  CHECK(waiting.returned == 1);
}

TEST_CASE("a wake before the wait is not lost and counts for one wait only") {
  Waiting waiting;
  waiting.alarm.wake();
  waiting.alarm.wake();
  waiting.start(waiting.clock.at + hours(9));
  waiting.io.poll();
  CHECK(waiting.returned == 1);
  waiting.io.restart();
  waiting.start(waiting.clock.at + hours(9));
  waiting.io.poll();
  CHECK(waiting.returned == 1);
  waiting.alarm.wake();
  waiting.io.run();
  CHECK(waiting.returned == 2);
}

TEST_CASE("an alarm of the real clock goes off by itself and not before its time") {
  const SystemClock clock;
  boost::asio::io_context io;
  AsioAlarm alarm(io.get_executor(), clock);
  const Instant until = clock.now() + Millis(20);
  boost::asio::co_spawn(io, alarm.wait_until(until), boost::asio::detached);
  io.run();
  CHECK(clock.now() >= until);
}

}  // namespace recycled::system
