#include "store/checkpointer.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <sqlite3.h>

namespace recycled::store {
namespace {

// So much new log is copied at a time. More at once would hold up the disk, and each commit with it
// (4 MiB: twice as long at the 99th percentile of callbacks); less would copy again and again what
// changes often, and costs a tenth of their throughput as it is.
constexpr std::int64_t piece = 1 << 20;
// Beside a writer that never rests a checkpoint never reaches the log's end, and the log begins
// anew only from there. From this mark on the writer itself copies the rest as soon as that is
// little, and from the next one on however much it is.
constexpr std::int64_t log_to_end = 64 << 20;
constexpr std::int64_t little = 1 << 20;
constexpr std::int64_t longest_log = 256 << 20;

// How long the writer waits for somebody who reads the ledger, and is not at the log's end.
constexpr int patience_milliseconds = 20;

}  // namespace

class Checkpointer::Impl {
 public:
  Impl(Database& writer, const std::filesystem::path& file)
      : writer_(writer),
        own_(file, Access::read_write),
        piece_(own_.pages_in(piece)),
        little_(own_.pages_in(little)),
        end_at_(own_.pages_in(log_to_end)),
        longest_(own_.pages_in(longest_log)) {
    // In the place of SQLite's own.
    sqlite3_wal_hook(writer_.raw().getHandle(), &Impl::committed, this);
    thread_ = std::thread([this] { serve(); });
  }

  ~Impl() {
    writer_.checkpoint_at(log_to_copy);  // in the hook's place again
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
  // Called by SQLite after each commit, on the writer's thread, with what the log now holds. What
  // fails here fails again at a later commit, or keeps the log growing until one fails: there it is
  // told.
  static int committed(void* self, sqlite3*, const char*, int pages) {
    static_cast<Impl*>(self)->look(pages);
    return SQLITE_OK;
  }

  void look(int pages) {
    std::unique_lock lock(mutex_);
    if (copying_) return;
    if (pages < copied_) copied_ = 0;  // it has begun anew
    const int rest = pages - copied_;
    const bool ends =
        pages >= not_before_ && (rest <= little_ ? pages >= end_at_ : pages >= longest_);
    if (ends) {
      lock.unlock();
      return end_log(pages);
    }
    if (rest < piece_) return;
    copying_ = true;
    wake_.notify_one();
  }

  void end_log(int pages) {
    writer_.raw().setBusyTimeout(patience_milliseconds);
    const int done = sqlite3_wal_checkpoint_v2(writer_.raw().getHandle(), nullptr,
                                               SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
    writer_.raw().setBusyTimeout(busy_milliseconds);
    not_before_ = done == SQLITE_OK ? 0 : pages + piece_;  // somebody reads
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || copying_; });
      if (stopping_) return;
      lock.unlock();
      const int copied = copy();
      lock.lock();
      copied_ = copied;
      copying_ = false;
    }
  }

  // SQLite makes the copy durable only where it ends with the log. Beside a writer it hardly ever
  // does, though all that was there when it began is copied; so each part is made durable here, or
  // all of them would have to be while the writer waits.
  int copy() {
    sqlite3* own = own_.raw().getHandle();
    int whole = 0;
    int copied = 0;
    sqlite3_wal_checkpoint_v2(own, nullptr, SQLITE_CHECKPOINT_PASSIVE, &whole, &copied);
    sqlite3_file* file = nullptr;
    sqlite3_file_control(own, nullptr, SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
    if (file != nullptr) file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    return std::max(copied, 0);
  }

  Database& writer_;
  Database own_;
  // In pages.
  const int piece_;
  const int little_;
  const int end_at_;
  const int longest_;
  int not_before_ = 0;  // the log ends: the writer's own
  std::mutex mutex_;
  std::condition_variable wake_;
  int copied_ = 0;  // of the log
  bool copying_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

Checkpointer::Checkpointer(Database& writer, const std::filesystem::path& file)
    : impl_(std::make_unique<Impl>(writer, file)) {}

Checkpointer::~Checkpointer() = default;

}  // namespace recycled::store
