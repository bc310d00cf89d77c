// One prepared statement of a connection. Parameters count from 1, columns from 0, as in SQL's own
// interfaces; a Binder and a Columns (rows.hpp) count for whoever uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace recycled::store {

// Whether a text that is bound lives until the statement has run, or is copied.
enum class Text { stays, passes };

// What goes wrong is thrown as SQLite::Exception.
class Statement {
 public:
  // Of the first statement in `sql`; `connection` outlives it.
  Statement(sqlite3* connection, std::string_view sql);

  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text, Text life);
  void bind_bytes(int parameter, std::string_view bytes, Text life);
  void bind_null(int parameter);

  // To the next row; false: there is none. From then on, and before anything is bound anew, it is to
  // be reset.
  bool step();
  // From its beginning to its end, for what it changes: how many rows. Reset after it.
  int run();
  void reset();
  // The same, with nothing bound.
  void clear();

  // Of the row that step() came to; a null reads as 0 and as empty. A text lives until the next
  // step.
  int columns() const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  void check(int result) const;

  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace recycled::store
