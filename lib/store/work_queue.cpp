#include "store/work_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace recycled::store {
namespace {

// Enough to fill an fsync's time, few enough that nobody waits long behind a group.
constexpr std::size_t largest_group = 2048;

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

async::Task<Result<void>> WorkQueue::write(ports::LedgerWork work) {
  if (!thread_.joinable()) co_return write_now(work);
  Job job;
  job.work = std::move(work);
  std::function<void(async::Resume)> start = [this, &job](async::Resume resume) {
    enqueue(job, std::move(resume));
  };
  co_await async::until_resumed(std::move(start));
  co_return outcome_of(job);
}

Result<void> WorkQueue::write_now(const ports::LedgerWork& work) {
  Job job;
  job.work = work;
  commit_({&job});
  return outcome_of(job);
}

void WorkQueue::enqueue(Job& job, async::Resume resume) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(Waiting{&job, std::move(resume)});
  }
  wake_.notify_one();
}

void WorkQueue::serve() {
  std::vector<Waiting> group;
  while (next_group(group)) {
    std::vector<Job*> jobs;
    jobs.reserve(group.size());
    for (const Waiting& waiting : group) jobs.push_back(waiting.job);
    commit_(jobs);
    for (const Waiting& waiting : group) waiting.resume();
    group.clear();
  }
}

// False: stopped, and nothing is left to do.
bool WorkQueue::next_group(std::vector<Waiting>& group) {
  std::unique_lock lock(mutex_);
  const auto is_called = [this] { return stopping_ || !queue_.empty(); };
  if (!when_idle_) wake_.wait(lock, is_called);
  while (!is_called()) {
    if (wake_.wait_for(lock, patience_, is_called)) break;
    lock.unlock();
    when_idle_();
    lock.lock();
  }
  const std::size_t count = std::min(queue_.size(), largest_group);
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  group.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return !group.empty();
}

}  // namespace recycled::store
