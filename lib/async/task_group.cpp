#include "async/task_group.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ensure.hpp"

namespace recycled::async {

namespace asio = boost::asio;

struct TaskGroup::State {
  State(asio::any_io_executor where, int places)
      : executor(std::move(where)),
        limit(places),
        place_freed(executor, asio::steady_timer::time_point::max()),
        emptied(executor, asio::steady_timer::time_point::max()) {}

  void member_ended(std::exception_ptr fault) {
    --running;
    if (fault && !first_fault) first_fault = std::move(fault);
    place_freed.cancel_one();
    if (running == 0) emptied.cancel();
  }

  asio::any_io_executor executor;
  int limit;
  int running = 0;
  std::exception_ptr first_fault;
  // Timers that never expire: cancelling one is how Asio wakes a waiting coroutine.
  asio::steady_timer place_freed;
  asio::steady_timer emptied;
};

namespace {

Task<void> wait_for(asio::steady_timer& signal) {
  boost::system::error_code woken;
  auto token = asio::redirect_error(asio::use_awaitable, woken);
  co_await signal.async_wait(token);
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor, int limit)
    : state_(std::make_shared<State>(std::move(executor), limit)) {
  ensure(limit > 0, "a task group has room for at least one task");
}

TaskGroup::~TaskGroup() {
  if (state_->running > 0 && std::uncaught_exceptions() == 0) std::terminate();
}

void TaskGroup::start(Task<void> task) {
  ensure(state_->running < state_->limit, "a task is started only where there is a place for it");
  ++state_->running;
  asio::co_spawn(state_->executor, std::move(task), [state = state_](std::exception_ptr fault) {
    state->member_ended(std::move(fault));
  });
}

Task<void> TaskGroup::spawn(Task<void> task) {
  // A loop, since another spawner may take the freed place before this one resumes.
  while (state_->running >= state_->limit) {
    co_await wait_for(state_->place_freed);
  }
  start(std::move(task));
}

Task<void> TaskGroup::join() {
  while (state_->running > 0) {
    co_await wait_for(state_->emptied);
  }
  if (state_->first_fault) std::rethrow_exception(std::exchange(state_->first_fault, nullptr));
}

int TaskGroup::running() const { return state_->running; }

}  // namespace recycled::async
