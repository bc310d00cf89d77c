#include "store/gathered_log.hpp"

#include <array>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "base/ensure.hpp"

namespace recycled::store {
namespace {

// A transaction that writes more leaves in several calls. SQLite itself writes a page of this size
// at the most, and its file system cannot take 128 KiB.
constexpr std::size_t most_gathered = 64 << 10;

// A file that becomes longer is made durable with its length, which lies elsewhere on the disk, or
// goes through a journal: 0.2 ms for 0.13. So a small commit that ends the file writes nothing,
// this much of it, behind itself, for those to come.
constexpr sqlite3_int64 room = 256 << 10;

// The log of one connection, used by one thread at a time. SQLite gives the memory: the real file
// lies behind this one.
class Log : public sqlite3_file {
 public:
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }

  void gather() { gathered_.reserve(most_gathered); }

  int write(const char* bytes, int count, sqlite3_int64 at) {
    const auto size = static_cast<std::size_t>(count);
    const bool joins =
        at == begin_ + std::ssize(gathered_) && gathered_.size() + size <= gathered_.capacity();
    if (!joins) {
      if (const int failed = let_go()) return failed;
      begin_ = at;
      length_ = 0;  // somebody else may have written, and cut it before
    }
    if (size > gathered_.capacity()) return real()->pMethods->xWrite(real(), bytes, count, at);
    gathered_.insert(gathered_.end(), bytes, bytes + count);
    return SQLITE_OK;
  }

  // What cannot be written is forgotten: SQLite undoes the transaction that it is of.
  int let_go() {
    if (gathered_.empty()) return SQLITE_OK;
    const int size = static_cast<int>(gathered_.size());
    const int result = real()->pMethods->xWrite(real(), gathered_.data(), size, begin_);
    gathered_.clear();
    written_ += size;
    begin_ += size;
    return result;
  }

  // Of a commit, and of whoever copies the log back. Where anything was gathered it is a commit, or
  // the header of a log that begins with it, and so nobody else writes until it is done: only then
  // is what lies behind it nobody's.
  int make_durable(int flags) {
    const bool is_commit = !gathered_.empty();
    if (const int failed = let_go()) return failed;
    const sqlite3_int64 written = std::exchange(written_, 0);
    if (is_commit && written < room) make_room();
    return real()->pMethods->xSync(real(), flags);
  }

 private:
  // On a disk that is full, what there is: the commit itself is written.
  void make_room() {
    if (begin_ <= length_) return;
    const int known = real()->pMethods->xFileSize(real(), &length_);
    if (known != SQLITE_OK || length_ != begin_) return;
    static constexpr std::array<char, most_gathered> nothing{};
    constexpr int size = static_cast<int>(nothing.size());
    for (const sqlite3_int64 end = begin_ + room; length_ < end; length_ += size) {
      if (real()->pMethods->xWrite(real(), nothing.data(), size, length_) != SQLITE_OK) return;
    }
  }

  std::vector<char> gathered_;  // what belongs at begin_, and is not in the file
  sqlite3_int64 begin_ = 0;
  sqlite3_int64 written_ = 0;  // since it was made durable
  sqlite3_int64 length_ = 0;   // of the file, at least, as far as is known
};

Log& log_of(sqlite3_file* file) { return *static_cast<Log*>(file); }

template <auto method, class... Of>
int of_real(sqlite3_file* file, Of... of) {
  sqlite3_file* const real = log_of(file).real();
  return (real->pMethods->*method)(real, of...);
}

template <auto method, class... Of>
int after_letting_go(sqlite3_file* file, Of... of) {
  if (const int failed = log_of(file).let_go()) return failed;
  return of_real<method, Of...>(file, of...);
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  return log_of(file).write(static_cast<const char*>(bytes), count, at);
}

int sync(sqlite3_file* file, int flags) { return log_of(file).make_durable(flags); }

// What is gathered now was never made durable, and so is no part of any commit.
int close(sqlite3_file* file) {
  Log& log = log_of(file);
  const int result = log.real()->pMethods->xClose(log.real());
  std::destroy_at(&log);
  return result;
}

constexpr sqlite3_io_methods methods_of_log() {
  using Methods = sqlite3_io_methods;
  Methods made{};
  made.iVersion = 1;  // a log is neither shared nor mapped
  made.xClose = &close;
  made.xWrite = &write;
  made.xRead = &after_letting_go<&Methods::xRead, void*, int, sqlite3_int64>;
  made.xTruncate = &after_letting_go<&Methods::xTruncate, sqlite3_int64>;
  made.xSync = &sync;
  made.xFileSize = &after_letting_go<&Methods::xFileSize, sqlite3_int64*>;
  made.xLock = &of_real<&Methods::xLock, int>;
  made.xUnlock = &of_real<&Methods::xUnlock, int>;
  made.xCheckReservedLock = &of_real<&Methods::xCheckReservedLock, int*>;
  made.xFileControl = &of_real<&Methods::xFileControl, int, void*>;
  made.xSectorSize = &of_real<&Methods::xSectorSize>;
  made.xDeviceCharacteristics = &of_real<&Methods::xDeviceCharacteristics>;
  return made;
}

constexpr sqlite3_io_methods log_methods = methods_of_log();

sqlite3_vfs& usual() { return *sqlite3_vfs_find(nullptr); }

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened) {
  file->pMethods = nullptr;
  if ((flags & SQLITE_OPEN_WAL) == 0) return usual().xOpen(&usual(), name, file, flags, opened);
  Log* const log = std::construct_at(static_cast<Log*>(file));
  const int result = usual().xOpen(&usual(), name, log->real(), flags, opened);
  if (result == SQLITE_OK) {
    log->pMethods = &log_methods;
  } else {
    std::destroy_at(log);
  }
  return result;
}

int sleep(sqlite3_vfs*, int microseconds) { return usual().xSleep(&usual(), microseconds); }

sqlite3_vfs made_of_usual() {
  sqlite3_vfs made = usual();
  made.zName = "recycled";
  made.szOsFile += static_cast<int>(sizeof(Log));
  made.xOpen = &open;
  made.xSleep = &sleep;
  return made;
}

}  // namespace

const char* gathering_file_system() {
  static sqlite3_vfs ours = made_of_usual();
  static const int registered = sqlite3_vfs_register(&ours, 0);
  ensure(registered == SQLITE_OK, "SQLite takes a file system");
  return ours.zName;
}

void gather_log(sqlite3* connection) {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(connection, nullptr, SQLITE_FCNTL_JOURNAL_POINTER, &log);
  ensure(log != nullptr && log->pMethods == &log_methods,
         "the log of a ledger is one that gathers");
  const int result = sqlite3_exec(connection, "PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF",
                                  nullptr, nullptr, nullptr);
  ensure(result == SQLITE_OK, "SQLite keeps what is not committed in its cache");
  // Or SQLite would fill up a sector behind a commit that is durable already.
  const int disk = log->pMethods->xDeviceCharacteristics(log);
  ensure((disk & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0, "a commit ends with its last page");
  log_of(log).gather();
}

}  // namespace recycled::store
