// A statement on SQLite's own interface: what it binds is not copied unless it has to be.
#pragma once

#include <memory>

#include "store/statement.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace recycled::store {

// What SQLite answered, in its own words.
SqlError sqlite_error(int result, std::string message);

class SqliteStatement final : public Statement {
 public:
  // Of the first statement in `sql`; `connection` outlives it.
  SqliteStatement(sqlite3* connection, std::string_view sql);

  void bind(int parameter, std::int64_t value) override;
  void bind(int parameter, std::string_view text, Text life) override;
  void bind_bytes(int parameter, std::string_view bytes, Text life) override;
  void bind_null(int parameter) override;

  bool step() override;
  void run() override;
  int run_and_count() override;
  std::optional<std::int64_t> insert() override;
  void reset() override;
  void clear();  // reset, with nothing bound

  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  std::string_view text(int column) const override;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  void check(int result) const;

  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace recycled::store
