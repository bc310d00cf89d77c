#include "async/task_group.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/spawn.hpp"
#include "base/ensure.hpp"

using namespace recycled;
using async::Task;
using async::TaskGroup;

namespace {

struct Tally {
  int at_once = 0;
  int most_at_once = 0;
  int done = 0;
};

// Lets everything else that is ready run first.
Task<void> step(boost::asio::any_io_executor executor) {
  auto token = boost::asio::use_awaitable;
  co_await boost::asio::post(executor, token);
}

Task<void> member(boost::asio::any_io_executor executor, Tally& tally) {
  tally.most_at_once = std::max(tally.most_at_once, ++tally.at_once);
  for (int i = 0; i < 5; ++i) {
    co_await step(executor);
  }
  --tally.at_once;
  ++tally.done;
}

Task<void> failing_member(boost::asio::any_io_executor executor, const char* why) {
  co_await step(executor);
  throw std::runtime_error(why);
}

Task<void> spawn_members(TaskGroup& group, boost::asio::any_io_executor executor, Tally& tally,
                         int count) {
  for (int i = 0; i < count; ++i) {
    auto task = member(executor, tally);
    co_await group.spawn(std::move(task));
  }
}

Task<void> spawn_and_join(TaskGroup& group, boost::asio::any_io_executor executor, Tally& tally,
                          int count) {
  co_await spawn_members(group, executor, tally, count);
  co_await group.join();
}

Task<void> join(TaskGroup& group) { co_await group.join(); }

}  // namespace

TEST_CASE("a task group runs all its tasks, never more at once than its limit") {
  for (const int limit : {1, 3, 100}) {
    CAPTURE(limit);
    boost::asio::io_context context;
    TaskGroup group(context.get_executor(), limit);
    Tally tally;
    async::run_to_end(context, spawn_and_join(group, context.get_executor(), tally, 20));
    CHECK(tally.done == 20);
    CHECK(tally.most_at_once == std::min(limit, 20));
    CHECK(group.running() == 0);
  }
}

TEST_CASE("several spawners share the places of one group") {
  boost::asio::io_context context;
  TaskGroup group(context.get_executor(), 2);
  TaskGroup spawners(context.get_executor(), 3);
  Tally tally;
  for (int i = 0; i < 3; ++i) {
    spawners.start(spawn_members(group, context.get_executor(), tally, 7));
  }
  async::run_to_end(context, join(spawners));
  async::run_to_end(context, join(group));
  CHECK(tally.done == 21);
  CHECK(tally.most_at_once == 2);
}

TEST_CASE("joining an empty group returns at once") {
  boost::asio::io_context context;
  TaskGroup group(context.get_executor(), 1);
  async::run_to_end(context, join(group));
  CHECK(group.running() == 0);
}

TEST_CASE("join waits for every member, then rethrows the first exception once") {
  boost::asio::io_context context;
  TaskGroup group(context.get_executor(), 4);
  Tally tally;
  group.start(failing_member(context.get_executor(), "first"));
  group.start(failing_member(context.get_executor(), "second"));
  group.start(member(context.get_executor(), tally));
  CHECK_THROWS_WITH_AS(async::run_to_end(context, join(group)), "first", std::runtime_error);
  CHECK(tally.done == 1);
  CHECK_NOTHROW(async::run_to_end(context, join(group)));
}

TEST_CASE("starting a task where there is no place is a bug") {
  boost::asio::io_context context;
  TaskGroup group(context.get_executor(), 1);
  Tally tally;
  group.start(member(context.get_executor(), tally));
  CHECK_THROWS_AS(group.start(member(context.get_executor(), tally)), Bug);
  async::run_to_end(context, join(group));
  CHECK(tally.done == 1);
  CHECK_THROWS_AS(TaskGroup(context.get_executor(), 0), Bug);
}

TEST_CASE("an exception that unwinds past a busy group arrives, instead of ending the program") {
  boost::asio::io_context context;
  Tally tally;
  const auto unwind = [&] {
    TaskGroup group(context.get_executor(), 1);
    group.start(member(context.get_executor(), tally));
    throw std::runtime_error("the fault itself");
  };
  CHECK_THROWS_WITH_AS(unwind(), "the fault itself", std::runtime_error);
}
