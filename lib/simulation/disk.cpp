#include "simulation/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/ensure.hpp"
#include "store/database.hpp"

namespace recycled::simulation {
namespace {

thread_local Disk* in_use = nullptr;

}  // namespace

// What SQLite calls instead of the system. Each goes on to the system itself where no Disk is used.
struct DiskCalls {
  static ssize_t write(int file, const void* bytes, std::size_t count) {
    const auto fits = in_use != nullptr ? in_use->room_for(count) : count;
    return fits > 0 || count == 0 ? ::write(file, bytes, fits) : -1;
  }

  static ssize_t pwrite(int file, const void* bytes, std::size_t count, off_t at) {
    const auto fits = in_use != nullptr ? in_use->room_for(count) : count;
    return fits > 0 || count == 0 ? ::pwrite(file, bytes, fits, at) : -1;
  }

  static int sleep(sqlite3_vfs* vfs, int microseconds) {
    if (in_use == nullptr) return sqlite3_vfs_find("unix")->xSleep(vfs, microseconds);
    in_use->wait(Millis(std::max(1, microseconds / 1000)));
    return microseconds;
  }

  // Once in a process: from then on every connection that is opened goes through these.
  static void install() {
    static sqlite3_vfs ours = *sqlite3_vfs_find("unix");
    const auto put = [](const char* name, sqlite3_syscall_ptr call) {
      if (ours.xGetSystemCall(&ours, name) == nullptr) return;  // this SQLite makes no such call
      ensure(ours.xSetSystemCall(&ours, name, call) == SQLITE_OK, "SQLite lets its calls be set");
    };
    put("write", reinterpret_cast<sqlite3_syscall_ptr>(&DiskCalls::write));
    put("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&DiskCalls::pwrite));
    put("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&DiskCalls::pwrite));
    ours.zName = "recycled-simulation";
    ours.xSleep = &DiskCalls::sleep;
    ensure(sqlite3_vfs_register(&ours, 1) == SQLITE_OK, "SQLite takes a VFS");
  }
};

// Another process that writes: a connection of its own with the write lock.
class Disk::Lock {
 public:
  explicit Lock(const std::filesystem::path& file)
      : connection_(file.string(), SQLite::OPEN_READWRITE) {
    connection_.exec("BEGIN IMMEDIATE");
  }

 private:
  SQLite::Database connection_;  // whose end lets go
};

std::string_view to_text(StoreTrouble::Kind kind) {
  switch (kind) {
    case StoreTrouble::Kind::disk_full:
      return "disk_full";
    case StoreTrouble::Kind::disk_error:
      return "disk_error";
    case StoreTrouble::Kind::locked:
      return "locked";
    case StoreTrouble::Kind::waited_for:
      return "waited_for";
  }
  return "";
}

Disk::Disk(VirtualTime& time, std::filesystem::path file) : time_(time), file_(std::move(file)) {
  store::set_up_sqlite();
  static std::once_flag installed;
  std::call_once(installed, &DiskCalls::install);
}

Disk::~Disk() = default;

void Disk::fail_in(std::vector<StoreTrouble> troubles) {
  planned_.assign(troubles.rbegin(), troubles.rend());
}

void Disk::mend() {
  trouble_.reset();
  lock_.reset();
}

void Disk::begin_what_is_due(Occasion occasion) {
  if (trouble_ || planned_.empty() || planned_.back().from > time_.now()) return;
  const Occasion awaited = planned_.back().occasion;
  if (awaited != Occasion::anything && awaited != occasion) return;
  trouble_ = std::make_unique<StoreTrouble>(planned_.back());
  planned_.pop_back();
  trouble_->from = time_.now();
  const bool is_lock = trouble_->kind == StoreTrouble::Kind::locked ||
                       trouble_->kind == StoreTrouble::Kind::waited_for;
  if (is_lock) lock_ = std::make_unique<Lock>(file_);
}

void Disk::end_what_is_over() {
  if (trouble_ && time_.now() >= trouble_->from + trouble_->lasts) mend();
}

std::size_t Disk::room_for(std::size_t bytes) {
  if (!trouble_ || lock_) return bytes;
  const std::size_t fits = std::min(bytes, trouble_->room);
  trouble_->room -= fits;
  if (fits == 0) errno = trouble_->kind == StoreTrouble::Kind::disk_full ? ENOSPC : EIO;
  return fits;
}

void Disk::wait(Millis by) {
  has_waited_ = true;
  time_.pass(by);
  end_what_is_over();
}

Disk::Use::Use(Disk& disk, Occasion occasion)
    : disk_(disk), before_(std::exchange(in_use, nullptr)) {
  disk.end_what_is_over();
  disk.begin_what_is_due(occasion);
  disk.has_waited_ = false;
  in_use = &disk;
}

Disk::Use::~Use() {
  in_use = before_;
  if (disk_.has_waited_ && !failed_) ++disk_.met_[StoreTrouble::Kind::waited_for];
}

void Disk::Use::failed() {
  failed_ = true;
  if (disk_.trouble_) ++disk_.met_[disk_.trouble_->kind];
}

}  // namespace recycled::simulation
