// Real files, since a log that is kept short is what this is about.
#include "store/checkpointer.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "store/ledger.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

constexpr std::uintmax_t mebibyte = 1024 * 1024;
constexpr std::uintmax_t piece = 128 * mebibyte;  // so much is copied at a time
constexpr const char* more_than_a_piece =
    "INSERT INTO filler (bytes) VALUES (zeroblob(132 * 1024 * 1024))";

struct Written {
  Written() : writer(file, Access::read_write) {
    writer.raw().exec("CREATE TABLE filler (key INTEGER PRIMARY KEY, bytes BLOB)");
  }

  // In transactions of one MiB each; how long the log has been at most.
  std::uintmax_t write(int mebibytes) {
    std::uintmax_t longest = 0;
    for (int i = 0; i < mebibytes; ++i) {
      writer.raw().exec("INSERT INTO filler (bytes) VALUES (zeroblob(1048576))");
      longest = std::max(longest, std::filesystem::file_size(log));
    }
    return longest;
  }
  int rows() { return writer.raw().execAndGet("SELECT count(*) FROM filler").getInt(); }

  testing::Scratch folder;
  std::filesystem::path file = folder / "ledger.db";
  std::filesystem::path log = folder / "ledger.db-wal";
  Database writer;
};

// A disk at which the ledger's file, not its log, is written when a test says so; as long as it
// lives.
class HeldDisk {
 public:
  HeldDisk() : disk_(*under_) {
    disk_.zName = "held";
    disk_.xOpen = &HeldDisk::open;
    sqlite3_vfs_register(&disk_, 1);
    begun_ = is_free_ = is_broken_ = false;
    most_unsynced = unsynced = 0;
    synced_ = 0;
  }
  ~HeldDisk() {
    sqlite3_vfs_unregister(&disk_);
    sqlite3_vfs_register(under_, 1);
  }
  HeldDisk(const HeldDisk&) = delete;
  HeldDisk& operator=(const HeldDisk&) = delete;

  static void until_written_to() { begun_.wait(false); }
  static void let_go() {
    is_free_ = true;
    is_free_.notify_all();
  }
  // From here on nothing is made durable.
  static void break_down() { is_broken_ = true; }
  static void until_synced(std::uintmax_t bytes) {
    for (auto so_far = synced_.load(); so_far < bytes; so_far = synced_) synced_.wait(so_far);
  }
  static inline std::atomic<int> unsynced;  // bytes
  static inline std::atomic<int> most_unsynced;

 private:
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened) {
    const int done = under_->xOpen(under_, name, file, flags, opened);
    if (done != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return done;
    plain_ = held_ = *file->pMethods;
    held_.xWrite = [](sqlite3_file* to, const void* bytes, int size, sqlite3_int64 at) {
      begun_ = true;
      begun_.notify_all();
      is_free_.wait(false);
      unsynced += size;
      most_unsynced = std::max<int>(most_unsynced, unsynced);
      return plain_.xWrite(to, bytes, size, at);
    };
    held_.xSync = [](sqlite3_file* of, int how) {
      if (is_broken_) return SQLITE_IOERR_FSYNC;
      synced_ += static_cast<std::uintmax_t>(unsynced);
      synced_.notify_all();
      unsynced = 0;
      return plain_.xSync(of, how);
    };
    file->pMethods = &held_;
    return done;
  }

  sqlite3_vfs disk_;
  static inline sqlite3_vfs* const under_ = sqlite3_vfs_find(nullptr);
  static inline sqlite3_io_methods plain_, held_;
  static inline std::atomic<std::uintmax_t> synced_;
  static inline std::atomic<bool> begun_, is_free_, is_broken_;
};

}  // namespace

TEST_CASE("what is copied back while the log grows is durable, a little at a time") {
  const Written written;  // the file, made before the disk is held
  const HeldDisk disk;
  Database writer(written.file, Access::read_write);
  {
    const Checkpointer beside(writer, written.file);
    writer.raw().exec(more_than_a_piece);
    HeldDisk::until_written_to();
    writer.raw().exec("INSERT INTO filler (bytes) VALUES ('after what is copied')");
    HeldDisk::let_go();
    HeldDisk::until_synced(piece);
    CHECK(HeldDisk::most_unsynced.load() > 60'000);
    CHECK(HeldDisk::most_unsynced.load() < 70'000);
  }
  CHECK(HeldDisk::unsynced.load() == 0);
}

// The pages count as copied, and may be nowhere but in the log: it must stay as it is, and is read
// anew by whoever opens the ledger next.
TEST_CASE("what was copied and is not durable stays in the log, and the next commit fails") {
  const testing::Scratch folder;
  const std::filesystem::path file = folder / "ledger.db";
  int rows = 0;
  {
    const HeldDisk disk;
    HeldDisk::let_go();
    Database writer(file, Access::read_write);
    writer.raw().exec("CREATE TABLE filler (key INTEGER PRIMARY KEY, bytes BLOB)");
    const Checkpointer beside(writer, file);
    HeldDisk::break_down();
    writer.raw().exec(more_than_a_piece);
    const auto one_more = [&writer] {
      writer.raw().exec("INSERT INTO filler (bytes) VALUES ('one more')");
    };
    bool is_told = false;
    for (rows = 1; !is_told && rows < 100'000; ++rows) {
      try {
        one_more();
      } catch (const SQLite::Exception&) {
        is_told = true;
      }
    }
    CHECK(is_told);
    CHECK_THROWS(one_more());
    ++rows;
  }
  CHECK(std::filesystem::file_size(folder / "ledger.db-wal") > piece);
  Database again(file, Access::read_write);
  CHECK(again.raw().execAndGet("SELECT count(*) FROM filler").getInt() == rows);
  CHECK(again.raw().execAndGet("PRAGMA integrity_check").getString() == "ok");
}

// At 512 MiB, and what comes during a copy: that is the machine's affair.
TEST_CASE("a log that is written without a rest is copied back, and begins anew") {
  Written written;
  int rows = 0;
  {
    const Checkpointer beside(written.writer, written.file);
    std::uintmax_t longest = 0;
    for (; longest >= static_cast<std::uintmax_t>(rows) * mebibyte && rows < 4000; rows += 50) {
      longest = written.write(50);
    }
    CHECK(rows > 500);
    CHECK(rows < 4000);
  }
  CHECK(written.rows() == rows);
  CHECK(std::filesystem::file_size(written.file) > 100 * mebibyte);
}

TEST_CASE("somebody who reads the ledger for long holds no commit, and loses nothing") {
  Written written;
  const Checkpointer beside(written.writer, written.file);
  written.write(1);
  Database reader(written.file, Access::read_only);
  {
    SQLite::Transaction snapshot(reader.raw());
    const auto seen = [&reader] {
      return reader.raw().execAndGet("SELECT count(*) FROM filler").getInt();
    };
    CHECK(seen() == 1);
    // The log cannot begin anew under the snapshot: all of it is there, and each commit was made.
    CHECK(written.write(560) > 560 * mebibyte);
    CHECK(seen() == 1);
  }
  CHECK(written.rows() == 561);
  CHECK(reader.raw().execAndGet("SELECT count(*) FROM filler").getInt() == 561);
}

TEST_CASE("after its end SQLite copies the log back in a commit again") {
  Written written;
  { const Checkpointer beside(written.writer, written.file); }
  CHECK(written.write(64) < 40 * mebibyte);
  CHECK(written.rows() == 64);
}

}  // namespace recycled::store
