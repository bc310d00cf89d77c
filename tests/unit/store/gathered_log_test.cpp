// The log that gathers is SQLite's own in all but the number of calls and the room behind its end:
// whatever is done to a database through it leaves the same as without it, for itself, for others
// and after a crash.
#include "store/gathered_log.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "store/database.hpp"
#include "unit/store/fixture.hpp"
#include "unit/store/full_disk.hpp"

namespace recycled::store {
namespace {

constexpr const char* all_of =
    "SELECT coalesce(group_concat(key || ':' || hex(bytes)), '') FROM row";

// How many calls of this process have written anything, by the kernel's count.
std::int64_t calls_that_wrote() {
  std::ifstream in("/proc/self/io");
  for (std::string name; in >> name;) {
    std::int64_t count = 0;
    in >> count;
    if (name == "syscw:") return count;
  }
  FAIL("the kernel counts the calls that write");
  return 0;
}

SQLite::Database usual(const std::filesystem::path& file) {
  SQLite::Database made(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 1000);
  made.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = 8");
  return made;
}

struct Gathered {
  Gathered() : writer(file, Access::read_write) {
    writer.raw().exec("CREATE TABLE row (key INTEGER PRIMARY KEY, bytes BLOB)");
    writer.gather_log();
  }
  std::string seen_by_others() const { return usual(file).execAndGet(all_of).getString(); }
  std::filesystem::path log() const { return file.string() + "-wal"; }
  std::uintmax_t length_of_log() const { return std::filesystem::file_size(log()); }

  testing::Scratch folder;
  std::filesystem::path file = folder / "ledger.db";
  Database writer;
};

void insert(SQLite::Database& to, int key) {
  to.exec("INSERT INTO row VALUES (" + std::to_string(key) + ", x'01')");
}

// The same in each: rows of all sizes come, change and go.
void change(SQLite::Database& database, std::uint64_t random) {
  const std::string key = std::to_string(random % 40);
  const std::string size = std::to_string(random / 40 % 5000);
  switch (random / 200'000 % 4) {
    case 0:
      return database.exec("DELETE FROM row WHERE key = " + key), void();
    case 1:
      return database.exec("UPDATE row SET bytes = bytes || x'01' WHERE key = " + key), void();
    default:
      database.exec("REPLACE INTO row VALUES (" + key + ", zeroblob(" + size + "))");
  }
}

}  // namespace

// It would be two for each page. A sanitizer writes now and then by itself.
TEST_CASE("what a commit writes to the log leaves in few calls") {
  Gathered gathered;
  const std::int64_t before = calls_that_wrote();
  gathered.writer.raw().exec("INSERT INTO row VALUES (1, zeroblob(50000))");  // 49 pages
  CHECK(calls_that_wrote() - before < 20);
  CHECK(usual(gathered.file).execAndGet("SELECT length(bytes) FROM row").getInt() == 50'000);
}

TEST_CASE("a small commit makes room behind itself, in which nothing stands") {
  Gathered gathered;
  insert(gathered.writer.raw(), 1);
  const auto room = gathered.length_of_log();
  CHECK(room > 200'000);
  for (int key = 2; key <= 20; ++key) insert(gathered.writer.raw(), key);
  CHECK(gathered.length_of_log() == room);
  // Another process writes there as it would without, and so does whoever comes next.
  SQLite::Database other = usual(gathered.file);
  insert(other, 21);
  insert(gathered.writer.raw(), 22);
  CHECK(usual(gathered.file).execAndGet("SELECT count(*) FROM row").getInt() == 22);
  // What a process leaves that dies now.
  const testing::Scratch left;
  std::filesystem::copy(gathered.file, left / "ledger.db");
  std::filesystem::copy(gathered.log(), left / "ledger.db-wal");
  SQLite::Database found = usual(left / "ledger.db");
  CHECK(found.execAndGet(all_of).getString() == gathered.seen_by_others());
  CHECK(found.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

TEST_CASE("a large commit writes nothing but itself") {
  Gathered gathered;
  const auto before = gathered.length_of_log();
  gathered.writer.raw().exec("INSERT INTO row VALUES (1, zeroblob(1000000))");
  CHECK(gathered.length_of_log() - before < 1'100'000);
}

// Whoever copies the log back makes it durable too, and keeps nobody from writing there.
TEST_CASE("room is made by a commit alone, and where the log has none") {
  Gathered gathered;
  SQLite::Database& writer = gathered.writer.raw();
  SQLite::Database other = usual(gathered.file);
  writer.exec("INSERT INTO row VALUES (1, zeroblob(1000000)); DELETE FROM row");
  const auto large = gathered.length_of_log();
  writer.exec("PRAGMA wal_checkpoint(PASSIVE)");
  CHECK(gathered.length_of_log() == large);
  // Somebody cuts it.
  other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  insert(writer, 2);
  CHECK(gathered.length_of_log() > 200'000);
  // And writes before the other one does.
  other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  insert(other, 3);
  insert(other, 0);
  CHECK(gathered.length_of_log() < 20'000);
  insert(writer, 4);
  CHECK(gathered.length_of_log() > 200'000);
  CHECK(gathered.seen_by_others() == "0:01,2:01,3:01,4:01");
}

TEST_CASE("a commit for which there is just enough of the disk is kept, whatever room it finds") {
  Gathered gathered;
  SQLite::Database& writer = gathered.writer.raw();
  insert(writer, 1);
  usual(gathered.file).exec("PRAGMA wal_checkpoint(TRUNCATE)");
  std::string wanted = "1:01";
  for (int key = 2; key <= 5; ++key) {
    const FullDisk full(100'000);
    insert(writer, key);
    wanted += "," + std::to_string(key) + ":01";
  }
  CHECK(gathered.length_of_log() <= 100'000);
  CHECK(gathered.seen_by_others() == wanted);
}

TEST_CASE("a transaction of any size is read by itself, seen by nobody else, kept or undone") {
  Gathered gathered;
  SQLite::Database& writer = gathered.writer.raw();
  const std::string before = gathered.seen_by_others();
  for (const char* const end : {"ROLLBACK", "COMMIT"}) {
    writer.exec("BEGIN IMMEDIATE");
    for (int key = 0; key < 300; ++key) {
      writer.exec("INSERT INTO row VALUES (" + std::to_string(key) + ", zeroblob(100000))");
    }
    CHECK(writer.execAndGet("SELECT count(*) FROM row").getInt() == 300);
    CHECK(gathered.seen_by_others() == before);
    writer.exec(end);
  }
  CHECK(usual(gathered.file).execAndGet("SELECT sum(length(bytes)) FROM row").getInt64() ==
        30'000'000);
}

// What was undone may not come back over what another process has written to the log since.
TEST_CASE("what is undone leaves nothing for later, when another process has written") {
  for (const int size : {100, 40'000, 30'000'000}) {
    Gathered gathered;
    gathered.writer.raw().exec("PRAGMA cache_size = 8");  // more than that would leave at once
    usual(gathered.file).exec("PRAGMA wal_checkpoint(TRUNCATE)");
    gathered.writer.raw().exec("BEGIN IMMEDIATE");
    gathered.writer.raw().exec("INSERT INTO row VALUES (1, zeroblob(" + std::to_string(size) +
                               "))");
    gathered.writer.raw().exec("ROLLBACK");
    usual(gathered.file).exec("INSERT INTO row VALUES (2, x'02')");
    gathered.writer.raw().exec("INSERT INTO row VALUES (3, x'03')");
    CHECK(gathered.seen_by_others() == "2:02,3:03");
    CHECK(usual(gathered.file).execAndGet("PRAGMA integrity_check").getString() == "ok");
  }
}

TEST_CASE("whatever is done by the two leaves the same as by SQLite alone") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Gathered gathered;
    const testing::Scratch folder;
    SQLite::Database alone = usual(folder / "alone.db");
    alone.exec("CREATE TABLE row (key INTEGER PRIMARY KEY, bytes BLOB)");
    SQLite::Database other = usual(gathered.file);
    for (int transaction = 0; transaction < 60; ++transaction) {
      SQLite::Database& one = random() % 3 == 0 ? other : gathered.writer.raw();
      const char* const end = random() % 4 == 0 ? "ROLLBACK" : "COMMIT";
      for (SQLite::Database* database : {&one, &alone}) database->exec("BEGIN IMMEDIATE");
      for (auto left = random() % 30; left > 0; --left) {
        const bool undone = random() % 8 == 0;
        const auto what = random();
        for (SQLite::Database* database : {&one, &alone}) {
          database->exec("SAVEPOINT part");
          change(*database, what);
          if (undone) database->exec("ROLLBACK TO part");
          database->exec("RELEASE part");
        }
      }
      for (SQLite::Database* database : {&one, &alone}) database->exec(end);
      if (random() % 10 == 0) other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      const std::string wanted = alone.execAndGet(all_of).getString();
      REQUIRE(gathered.seen_by_others() == wanted);
      REQUIRE(gathered.writer.raw().execAndGet(all_of).getString() == wanted);
    }
    CHECK(other.execAndGet("PRAGMA integrity_check").getString() == "ok");
  }
}

}  // namespace recycled::store
