// One SQLite connection: opened as the ledger needs it, migrated, with its statements kept
// prepared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "store/sqlite_statement.hpp"

namespace recycled::store {

// How long a writer waits for another process's transaction (an import beside the service).
constexpr int busy_milliseconds = 30'000;

// When the log is copied back into the file where no Checkpointer does it: fewer stalls than at
// SQLite's 4 MiB, and it stays small all the same.
constexpr std::int64_t log_to_copy = 16 << 20;

// How SQLite works in this process, if nobody has used it yet: whoever asks it anything before the
// first Database calls this first.
void set_up_sqlite();

class Database final : public Connection {
 public:
  // WAL, synchronous=FULL (what is committed survives a power cut), foreign keys on. Throws
  // SqlError; the ledger turns those into Results.
  Database(const std::filesystem::path& file, Access access);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Dialect dialect() const override { return Dialect::sqlite; }
  bool must_lock() const override { return false; }  // one alone writes
  std::int64_t worker() const override { return worker_; }
  using Connection::prepared;
  Statement& prepared(const char* sql) override;
  void run_script(const std::string& script) override;
  void begin(Access access) override;
  void commit() override;
  void roll_back() noexcept override;

  SQLite::Database& raw() { return connection_; }

  // From here on this is another one than any that has left something behind.
  void work_anew();
  // From here on what a commit writes to the log leaves in one call. Of a database in a file, and
  // only for transactions that fit into memory: store/gathered_log.
  void gather_log();

  int pages_in(std::int64_t bytes);
  // The commit that makes the log so large copies it back.
  void checkpoint_at(std::int64_t bytes);

 private:
  SQLite::Database connection_;
  std::int64_t worker_ = 0;  // nobody yet
  std::unordered_map<const char*, std::unique_ptr<SqliteStatement>> statements_;
};

}  // namespace recycled::store
