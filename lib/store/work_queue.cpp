#include "store/work_queue.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace recycled::store {
namespace {

// Enough to fill an fsync's time, few enough that nobody waits long behind a group.
constexpr std::size_t largest_group = 2048;
constexpr int most_overtakings = 4;

Result<void> outcome_of(Job& job) {
  if (job.thrown) std::rethrow_exception(job.thrown);
  return job.result;
}

}  // namespace

void WorkQueue::start() {
  thread_ = std::thread([this] { serve(); });
}

void WorkQueue::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

async::Task<Result<void>> WorkQueue::write(ports::LedgerWork work, Turn turn) {
  if (!thread_.joinable()) co_return write_now(work);
  Job job;
  job.work = std::move(work);
  std::function<void(async::Resume)> start = [this, &job, turn](async::Resume resume) {
    enqueue(job, turn, std::move(resume));
  };
  co_await async::until_resumed(std::move(start));
  co_return outcome_of(job);
}

Result<void> WorkQueue::write_now(const ports::LedgerWork& work) {
  Job job;
  job.work = work;
  Group alone{{&job}};
  commit_(alone);
  return outcome_of(job);
}

void WorkQueue::enqueue(Job& job, Turn turn, async::Resume resume) {
  {
    const std::lock_guard lock(mutex_);
    std::deque<Waiting>& queue = turn == Turn::first ? first_ : queue_;
    queue.push_back(Waiting{&job, std::move(resume)});
  }
  wake_.notify_one();
}

void WorkQueue::serve() {
  while (begin_group()) {
    Group group{{next_of_group(Next::anybody)}, [this](Next next) { return next_of_group(next); }};
    commit_(group);
    const std::vector<async::Resume> done = std::exchange(group_, {}).waiting;
    for (const async::Resume& resume : done) resume();
  }
}

// False: stopped, and nothing is left to do.
bool WorkQueue::begin_group() {
  std::unique_lock lock(mutex_);
  const auto is_called = [this] { return stopping_ || !is_empty(); };
  if (!when_idle_) wake_.wait(lock, is_called);
  while (!is_called()) {
    if (wake_.wait_for(lock, patience_, is_called)) break;
    lock.unlock();
    when_idle_();
    lock.lock();
  }
  const bool others_turn = overtakings_ >= most_overtakings && !queue_.empty();
  if (!first_.empty() && !others_turn) {
    let_first();
  } else {
    group_.queue = &queue_;
    group_.left = std::min(queue_.size(), largest_group);
    group_.yields = !others_turn;
    if (others_turn) overtakings_ = 0;  // also where one of them throws
  }
  return group_.left > 0;
}

void WorkQueue::let_first() {
  overtakings_ = queue_.empty() ? 0 : overtakings_ + 1;
  group_.queue = &first_;
  group_.left = std::min(first_.size(), largest_group);
  group_.yields = false;
}

Job* WorkQueue::next_of_group(Next next) {
  const std::lock_guard lock(mutex_);
  if (group_.yields && next == Next::anybody && !first_.empty()) let_first();
  const bool goes_first = group_.queue == &first_;
  if (group_.left == 0) {
    if (!goes_first) overtakings_ = 0;
    return nullptr;
  }
  --group_.left;
  Waiting one = std::move(group_.queue->front());
  group_.queue->pop_front();
  const auto ahead = group_.waiting.begin() + static_cast<std::ptrdiff_t>(group_.ahead);
  group_.waiting.insert(goes_first ? ahead : group_.waiting.end(), std::move(one.resume));
  if (goes_first) ++group_.ahead;
  return one.job;
}

}  // namespace recycled::store
