// Rows of one ledger as they are written into another, by SQLite's own interface.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace recycled::bench {

using Value = std::unique_ptr<sqlite3_value, void (*)(sqlite3_value*)>;
using Row = std::vector<Value>;

// A prepared statement; throws what SQLite says.
class Statement {
 public:
  Statement(sqlite3* database, const std::string& sql);

  void bind(int place, std::int64_t value);
  void bind(int place, const Value& value);
  // All rows, each value kept.
  std::vector<Row> all();
  // To its end; how many rows it changed.
  int run();
  int columns() const { return sqlite3_column_count(statement_.get()); }

 private:
  [[noreturn]] void fail() const;

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

// Rows that are inserted as they stand in the source.
class Inserted {
 public:
  // `where` names what is taken for one key, with ?1, in its order. `changed` are columns, each
  // with the expression that stands in its place.
  Inserted(sqlite3* source, sqlite3* target, const std::string& table, const std::string& where,
           const std::vector<std::pair<std::string, std::string>>& changed = {});

  std::vector<Row> load(std::int64_t key);
  void write(const std::vector<Row>& rows);

 private:
  std::unique_ptr<Statement> select_;
  std::unique_ptr<Statement> insert_;
};

// Columns that are set as they stand in the source.
class Updated {
 public:
  Updated(sqlite3* source, sqlite3* target, const std::string& table,
          const std::vector<std::string>& columns, const std::string& guard = "");

  Row load(std::int64_t key);
  // Exactly one row.
  void write(const Row& row, std::int64_t key);

 private:
  std::unique_ptr<Statement> select_;
  std::unique_ptr<Statement> update_;
};

std::int64_t number(sqlite3* database, const std::string& sql);

}  // namespace recycled::bench
