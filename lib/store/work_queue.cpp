#include "store/work_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace recycled::store {
namespace {

// Enough to fill an fsync's time, few enough that nobody waits long behind a group.
constexpr std::size_t largest_group = 2048;
constexpr int most_first_in_a_row = 4;

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
  commit_({&job});
  return outcome_of(job);
}

void WorkQueue::enqueue(Job& job, Turn turn, async::Resume resume) {
  {
    const std::lock_guard lock(mutex_);
    std::vector<Waiting>& queue = turn == Turn::first ? first_ : queue_;
    queue.push_back(Waiting{&job, std::move(resume)});
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

std::vector<WorkQueue::Waiting>& WorkQueue::next_queue() {
  const bool others_turn = first_in_a_row_ >= most_first_in_a_row && !queue_.empty();
  if (first_.empty() || others_turn) {
    first_in_a_row_ = 0;
    return queue_;
  }
  ++first_in_a_row_;
  return first_;
}

// False: stopped, and nothing is left to do.
bool WorkQueue::next_group(std::vector<Waiting>& group) {
  std::unique_lock lock(mutex_);
  const auto is_called = [this] { return stopping_ || !is_empty(); };
  if (!when_idle_) wake_.wait(lock, is_called);
  while (!is_called()) {
    if (wake_.wait_for(lock, patience_, is_called)) break;
    lock.unlock();
    when_idle_();
    lock.lock();
  }
  std::vector<Waiting>& queue = next_queue();
  const std::size_t count = std::min(queue.size(), largest_group);
  const auto end = queue.begin() + static_cast<std::ptrdiff_t>(count);
  group.assign(std::make_move_iterator(queue.begin()), std::make_move_iterator(end));
  queue.erase(queue.begin(), end);
  return !group.empty();
}

}  // namespace recycled::store
