#include "async/spawn.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ensure.hpp"

using namespace recycled;
using async::Task;

namespace {

Task<void> count_up(int& count) {
  ++count;
  co_return;
}

Task<void> fail_with(const char* why) {
  throw std::runtime_error(why);
  co_return;
}

Task<void> wait_for(boost::asio::steady_timer& timer) {
  auto token = boost::asio::use_awaitable;
  co_await timer.async_wait(token);
}

}  // namespace

TEST_CASE("run_to_end runs a task to its end, again and again on one context") {
  boost::asio::io_context context;
  int count = 0;
  async::run_to_end(context, count_up(count));
  async::run_to_end(context, count_up(count));
  CHECK(count == 2);
}

TEST_CASE("run_to_end rethrows what comes out of its task") {
  boost::asio::io_context context;
  CHECK_THROWS_WITH_AS(async::run_to_end(context, fail_with("no")), "no", std::runtime_error);
}

TEST_CASE("run_to_end leaves other work for the next run") {
  boost::asio::io_context context;
  boost::asio::steady_timer never(context, boost::asio::steady_timer::time_point::max());
  bool ended = false;
  never.async_wait([&ended](const boost::system::error_code&) { ended = true; });
  int count = 0;
  async::run_to_end(context, count_up(count));
  CHECK_FALSE(ended);
  never.cancel();
  context.run();
  CHECK(ended);
}

TEST_CASE("stopping the context under a task that has not ended is a bug") {
  boost::asio::io_context context;
  boost::asio::steady_timer never(context, boost::asio::steady_timer::time_point::max());
  boost::asio::post(context, [&context] { context.stop(); });
  CHECK_THROWS_AS(async::run_to_end(context, wait_for(never)), Bug);
}

TEST_CASE("a fault found in background work comes out of the context's run") {
  boost::asio::io_context context;
  async::throw_from_run(context.get_executor(), std::make_exception_ptr(Bug("broken")));
  CHECK_THROWS_WITH_AS(context.run(), "broken", Bug);
}
