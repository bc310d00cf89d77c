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

#include "store/statement.hpp"

namespace recycled::store {

enum class Access { read_write, read_only };

// How long a writer waits for another process's transaction (an import beside the service).
constexpr int busy_milliseconds = 30'000;

// When the log is copied back into the file: fewer stalls than at SQLite's 4 MiB, and it stays
// small all the same.
constexpr std::int64_t log_to_copy = 16 << 20;

class Database {
 public:
  // WAL, synchronous=FULL (what is committed survives a power cut), foreign keys on. Throws
  // SQLite::Exception; the ledger turns those into Results.
  Database(const std::filesystem::path& file, Access access);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The kept statement for this text, reset and with nothing bound. `sql` is a literal: its address
  // is its identity.
  Statement& prepared(const char* sql);
  void run(const char* sql);  // the same, executed
  SQLite::Database& raw() { return connection_; }

  int pages_in(std::int64_t bytes);
  // The commit that makes the log so large copies it back.
  void checkpoint_at(std::int64_t bytes);

 private:
  SQLite::Database connection_;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace recycled::store
