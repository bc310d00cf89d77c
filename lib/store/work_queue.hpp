// Where the ledger's work waits for its turn: on a thread of the store's own, which takes all that
// has gathered at once, or on nobody's, for work that runs where it is asked for.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "async/suspend.hpp"
#include "async/task.hpp"
#include "store/group_commit.hpp"

namespace recycled::store {

enum class Turn { in_order, first };

class WorkQueue {
 public:
  // Carries out all of them and sets their results; on one thread at a time.
  using Commit = std::function<void(const std::vector<Job*>&)>;

  explicit WorkQueue(Commit commit) : commit_(std::move(commit)) {}
  // … and whenever its thread has had nothing to do for so long, that.
  WorkQueue(Commit commit, Millis patience, std::function<void()> when_idle)
      : commit_(std::move(commit)), patience_(patience), when_idle_(std::move(when_idle)) {}
  ~WorkQueue() { stop(); }

  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // From here on write() goes through a thread, until stop(), which finishes what is queued.
  void start();
  void stop();

  // What is to be first is of a group of its own. A few such groups in a row, and then it is the
  // others' turn: nobody waits for good.
  async::Task<Result<void>> write(ports::LedgerWork work, Turn turn = Turn::in_order);
  // At once, on this thread. Not beside a thread while work is queued.
  Result<void> write_now(const ports::LedgerWork& work);

 private:
  struct Waiting {
    Job* job;
    async::Resume resume;
  };

  void enqueue(Job& job, Turn turn, async::Resume resume);
  void serve();
  std::vector<Waiting>& next_queue();
  bool is_empty() const { return queue_.empty() && first_.empty(); }
  bool next_group(std::vector<Waiting>& group);

  const Commit commit_;
  const Millis patience_{};
  const std::function<void()> when_idle_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> queue_;
  std::vector<Waiting> first_;
  int first_in_a_row_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace recycled::store
