#include "store/checkpointer.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <sqlite3.h>

namespace recycled::store {
namespace {

// Pages of 4 KiB. Beside a writer that never rests a checkpoint never reaches the log's end, and
// the log begins anew only from there: at the second mark the writer is held for the little that
// is left.
constexpr int pages_to_copy = 4000;
constexpr int pages_to_end = 16'000;

// How long the log's end waits for somebody who reads the ledger; the writer waits with it.
constexpr int patience_milliseconds = 20;

}  // namespace

class Checkpointer::Impl {
 public:
  Impl(Database& writer, const std::filesystem::path& file)
      : writer_(writer.raw().getHandle()), own_(file, Access::read_write) {
    own_.raw().setBusyTimeout(patience_milliseconds);
    sqlite3_wal_hook(writer_, &Impl::committed, this);  // in the place of SQLite's own
    thread_ = std::thread([this] { serve(); });
  }

  ~Impl() {
    sqlite3_wal_autocheckpoint(writer_, pages_to_copy);  // in the hook's place again
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

 private:
  // Called by SQLite after each commit, with what the log now holds.
  static int committed(void* self, sqlite3*, const char*, int pages) {
    if (pages >= pages_to_copy) static_cast<Impl*>(self)->wake(pages);
    return SQLITE_OK;
  }

  void wake(int pages) {
    {
      const std::lock_guard lock(mutex_);
      pages_ = pages;
    }
    wake_.notify_one();
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || pages_ > 0; });
      if (stopping_) return;
      const int pages = std::exchange(pages_, 0);
      lock.unlock();
      copy(pages);
      lock.lock();
    }
  }

  // What fails here fails again at the next commit, or keeps the log growing until one fails: there
  // it is told.
  void copy(int pages) {
    sqlite3* own = own_.raw().getHandle();
    sqlite3_wal_checkpoint_v2(own, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (pages < pages_to_end) return;
    sqlite3_wal_checkpoint_v2(own, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  }

  sqlite3* writer_;
  Database own_;
  std::mutex mutex_;
  std::condition_variable wake_;
  int pages_ = 0;  // of the log, when last told; 0: nothing to do
  bool stopping_ = false;
  std::thread thread_;
};

Checkpointer::Checkpointer(Database& writer, const std::filesystem::path& file)
    : impl_(std::make_unique<Impl>(writer, file)) {}

Checkpointer::~Checkpointer() = default;

}  // namespace recycled::store
