// One SQLite connection: opened as the ledger needs it, migrated, with its statements kept
// prepared.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

namespace recycled::store {

enum class Access { read_write, read_only };

class Database {
 public:
  // WAL, synchronous=FULL (what is committed survives a power cut), foreign keys on. Throws
  // SQLite::Exception; the ledger turns those into Results.
  Database(const std::filesystem::path& file, Access access);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The kept statement for this text, reset and with nothing bound. `sql` is a literal: its address
  // is its identity.
  SQLite::Statement& prepared(const char* sql);
  void run(const char* sql);  // the same, executed
  SQLite::Database& raw() { return connection_; }

 private:
  SQLite::Database connection_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace recycled::store
