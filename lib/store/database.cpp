#include "store/database.hpp"

#include <fstream>

#include <sqlite3.h>

#include "store/gathered_log.hpp"
#include "store/ledger.hpp"
#include "store/page_cache.hpp"

namespace recycled::store {
namespace {

// What an item changes lies scattered, a row here and an index entry there, and each is written as
// a whole page: small ones are a third of the bytes. A ledger keeps those that it was made with.
constexpr const char* writer_settings =
    "PRAGMA page_size = 1024;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16000;";

// The ledger names customers and their card tokens: its owner alone may read it. SQLite gives its
// log files the mode of the file itself.
const std::filesystem::path& made_private(const std::filesystem::path& file, Access access) {
  if (access == Access::read_write && file != in_memory && !std::filesystem::exists(file)) {
    const std::ofstream made(file);
    std::error_code none;  // SQLite says what is wrong when it opens the file
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, none);
  }
  return file;
}

int flags(Access access) {
  set_up_sqlite();
  const int mode = access == Access::read_only ? SQLite::OPEN_READONLY
                                               : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
  return mode | SQLite::OPEN_NOMUTEX;  // one thread at a time, by the ledger's own doing
}

SQLite::Database opened(const std::filesystem::path& file, Access access) {
  try {
    const std::string name = made_private(file, access).string();
    if (access == Access::read_only) return {name, flags(access), busy_milliseconds};
    return {name, flags(access), busy_milliseconds, gathering_file_system()};
  } catch (const SQLite::Exception& exception) {
    throw sqlite_error(exception.getErrorCode(), exception.what());
  }
}

}  // namespace

// Its memory it counts under one lock, all of it, unless it is told not to.
void set_up_sqlite() {
  static const int done = [] {
    use_page_cache();
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  }();
  static_cast<void>(done);
}

Database::Database(const std::filesystem::path& file, Access access)
    : connection_(opened(file, access)) {
  if (access == Access::read_only) return;
  run_script(writer_settings);
  checkpoint_at(log_to_copy);
}

void Database::work_anew() {
  auto& left = prepared("SELECT coalesce(max(worker_key), 0) FROM call");
  left.step();
  worker_ = left.integer(0) + 1;
  left.reset();
}

void Database::gather_log() { store::gather_log(connection_.getHandle()); }

int Database::pages_in(std::int64_t bytes) {
  return static_cast<int>(bytes / connection_.execAndGet("PRAGMA page_size").getInt64());
}

void Database::checkpoint_at(std::int64_t bytes) {
  sqlite3_wal_autocheckpoint(connection_.getHandle(), pages_in(bytes));
}

Statement& Database::prepared(const char* sql) {
  auto& slot = statements_[sql];
  if (!slot) {
    slot = std::make_unique<SqliteStatement>(connection_.getHandle(), sql);
  } else {
    slot->clear();
  }
  return *slot;
}

void Database::run_script(const std::string& script) {
  sqlite3* const handle = connection_.getHandle();
  const int result = sqlite3_exec(handle, script.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw sqlite_error(result, sqlite3_errmsg(handle));
}

// IMMEDIATE: an upgrade from read to write would fail at once whatever the timeout (lessons.md 23).
void Database::begin(Access access) {
  prepared(access == Access::read_write ? "BEGIN IMMEDIATE" : "BEGIN").run();
}

void Database::commit() { prepared("COMMIT").run(); }

void Database::roll_back() noexcept {
  // SQLite may have rolled back by itself (full disk, I/O error).
  if (sqlite3_get_autocommit(connection_.getHandle()) != 0) return;
  sqlite3_exec(connection_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace recycled::store
