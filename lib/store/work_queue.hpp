// Where the ledger's work waits for its turn: on a thread of the store's own, which takes all that
// has gathered at once, or on nobody's, for work that runs where it is asked for.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
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
  using Commit = std::function<void(Group&)>;

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

  // What is to be first goes next, also in the midst of a group of others, which ends with it, and
  // is answered before them. Where others have been overtaken a few times since a group of theirs
  // let nobody in, it is the turn of one that does not: nobody waits for good.
  async::Task<Result<void>> write(ports::LedgerWork work, Turn turn = Turn::in_order);
  // At once, on this thread. Not beside a thread while work is queued.
  Result<void> write_now(const ports::LedgerWork& work);

 private:
  struct Waiting {
    Job* job;
    async::Resume resume;
  };

  struct UnderWay {
    std::deque<Waiting>* queue = nullptr;  // whose turn it is
    std::size_t left = 0;                  // of those that were there when it began
    bool yields = false;                   // lets in who goes first
    std::vector<async::Resume> waiting{};  // for its end
    std::size_t ahead = 0;                 // of these, who goes first
  };

  void enqueue(Job& job, Turn turn, async::Resume resume);
  void serve();
  bool begin_group();
  void let_first();
  Job* next_of_group(Next next);
  bool is_empty() const { return queue_.empty() && first_.empty(); }

  const Commit commit_;
  const Millis patience_{};
  const std::function<void()> when_idle_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  std::deque<Waiting> first_;
  int overtakings_ = 0;  // since a group of others let nobody in
  UnderWay group_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace recycled::store
