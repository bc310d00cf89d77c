#include "store/checkpointer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

namespace recycled::store {
namespace {

// So much new log is copied at a time. What changes often is copied once for many times then; a
// MiB at a time wrote five times as much, and halved the callbacks a second.
constexpr std::int64_t piece = 128 << 20;
// Of what is copied so much is made durable at a time: each time waits for some sixty places all
// over the disk, and a commit beside it behind no more than those.
constexpr int durable_at_a_time = 64 << 10;
// Beside a writer that never rests a checkpoint never reaches the log's end, and the log begins
// anew only from there. From this mark on one copy follows the other, in larger parts, for it has
// to catch up, until what has come meanwhile is little, which the writer itself copies; from the
// next mark on, however much it is.
constexpr std::int64_t log_to_end = 384 << 20;
constexpr int durable_in_haste = 128 << 10;
constexpr std::int64_t little = 1 << 20;
constexpr std::int64_t longest_log = 512 << 20;
constexpr std::int64_t without_a_rest = INT64_MAX;  // whoever waits for the disk

// Of two threads that could run, the one that commits: this one waits for nobody.
constexpr int politeness = 5;

constexpr std::int64_t never = 0;

// How long the writer waits for somebody who reads the ledger, and is not at the log's end; and how
// much later it tries again.
constexpr int patience_milliseconds = 20;
constexpr std::int64_t again_after = 16 << 20;

// Whoever closes the ledger last would copy it, and delete it.
void keep_log(sqlite3* connection) {
  sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

// The ledger's file as the copying thread writes it.
class PacedFile {
 public:
  explicit PacedFile(sqlite3* connection) {
    sqlite3_file_control(connection, nullptr, SQLITE_FCNTL_FILE_POINTER, &file_);
    usual_ = file_->pMethods;
    paced_ = *usual_;
    paced_.xWrite = &PacedFile::write;
    file_->pMethods = &paced_;
  }
  ~PacedFile() { file_->pMethods = usual_; }
  PacedFile(const PacedFile&) = delete;
  PacedFile& operator=(const PacedFile&) = delete;

  // By the thread that calls this, from then on.
  void use() { in_use_ = this; }

  // By any thread: so many bytes at a time from now on.
  void make_durable_each(sqlite3_int64 bytes) { durable_each_ = bytes; }

  int make_durable() {
    unsynced_ = 0;
    return usual_->xSync(file_, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  }

 private:
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    PacedFile& self = *in_use_;
    const int result = self.usual_->xWrite(file, bytes, size, at);
    self.unsynced_ += size;
    if (result != SQLITE_OK || self.unsynced_ < self.durable_each_) return result;
    return self.make_durable();
  }

  static inline thread_local PacedFile* in_use_ = nullptr;
  sqlite3_file* file_ = nullptr;
  const sqlite3_io_methods* usual_ = nullptr;
  sqlite3_io_methods paced_{};
  sqlite3_int64 unsynced_ = 0;  // bytes
  std::atomic<sqlite3_int64> durable_each_ = durable_at_a_time;
};

}  // namespace

class Checkpointer::Impl {
 public:
  Impl(Database& writer, const std::filesystem::path& file)
      : writer_(writer),
        own_(file, Access::read_write),
        paced_(own_.raw().getHandle()),
        piece_(own_.pages_in(piece)),
        little_(own_.pages_in(little)),
        end_at_(own_.pages_in(log_to_end)),
        longest_(own_.pages_in(longest_log)),
        again_after_(own_.pages_in(again_after)) {
    // In the place of SQLite's own.
    sqlite3_wal_hook(writer_.raw().getHandle(), &Impl::committed, this);
    thread_ = std::thread([this] { serve(); });
  }

  ~Impl() {
    writer_.checkpoint_at(log_to_copy);  // in the hook's place again
    paced_.make_durable_each(without_a_rest);
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    if (!is_lost_) return;
    writer_.checkpoint_at(never);
    keep_log(writer_.raw().getHandle());
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

 private:
  // Called by SQLite after each commit, on the writer's thread, with what the log now holds. A copy
  // that fails keeps the log growing until a commit fails: there it is told. One that could not be
  // made durable fails the next commit, for which it is too late to be undone: whoever opens the
  // ledger next finds all in the log, which nobody may let begin anew.
  static int committed(void* self, sqlite3* writer, const char*, int pages) {
    Impl& impl = *static_cast<Impl*>(self);
    if (impl.is_lost_) {
      keep_log(writer);
      return SQLITE_IOERR_FSYNC;
    }
    impl.look(pages);
    return SQLITE_OK;
  }

  void look(int pages) {
    paced_.make_durable_each(durable_at(pages));
    // Who holds it may have been sent to the back of the queue; the next commit looks again.
    std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || copying_) return;
    if (pages < copied_) copied_ = 0;  // it has begun anew
    const int rest = pages - copied_;
    const bool ends =
        pages >= not_before_ && (rest <= little_ ? pages >= end_at_ : pages >= longest_);
    if (ends) {
      lock.unlock();
      return end_log(pages);
    }
    if (rest < (pages < end_at_ ? piece_ : little_)) return;
    copying_ = true;
    wake_.notify_one();
  }

  sqlite3_int64 durable_at(int pages) const {
    if (pages >= longest_) return without_a_rest;
    return pages >= end_at_ ? durable_in_haste : durable_at_a_time;
  }

  void end_log(int pages) {
    writer_.raw().setBusyTimeout(patience_milliseconds);
    const int done = sqlite3_wal_checkpoint_v2(writer_.raw().getHandle(), nullptr,
                                               SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
    writer_.raw().setBusyTimeout(busy_milliseconds);
    not_before_ = done == SQLITE_OK ? 0 : pages + again_after_;  // somebody reads
  }

  void serve() {
    paced_.use();
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), politeness);
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
    if (paced_.make_durable() != SQLITE_OK) {
      is_lost_ = true;
      keep_log(own);
    }
    return std::max(copied, 0);
  }

  Database& writer_;
  Database own_;
  PacedFile paced_;
  // In pages.
  const int piece_;
  const int little_;
  const int end_at_;
  const int longest_;
  const int again_after_;
  int not_before_ = 0;  // the log ends: the writer's own
  std::mutex mutex_;
  std::condition_variable wake_;
  int copied_ = 0;  // of the log
  bool copying_ = false;
  bool stopping_ = false;
  std::atomic<bool> is_lost_ = false;  // what was copied did not become durable
  std::thread thread_;
};

Checkpointer::Checkpointer(Database& writer, const std::filesystem::path& file)
    : impl_(std::make_unique<Impl>(writer, file)) {}

Checkpointer::~Checkpointer() = default;

}  // namespace recycled::store
