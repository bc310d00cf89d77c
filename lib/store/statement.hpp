// A connection to a database and its prepared statements, of whichever kind it is. Parameters count
// from 1, columns from 0, as in SQL's own interfaces; a Binder and a Columns (rows.hpp) count for
// whoever uses them. What goes wrong is thrown as SqlError.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace recycled::store {

class SqlError : public std::runtime_error {
 public:
  // Whose fault it is: the one work's, whose constraint failed; all works' of the transaction, as
  // when the disk is full; or nobody's, and the same may succeed in a new transaction.
  enum class Of { work, all, nobody };

  SqlError(Of of, Fault fault, const std::string& message)
      : std::runtime_error(message), of_(of), fault_(fault) {}

  Of of() const { return of_; }
  Fault fault() const { return fault_; }

 private:
  Of of_;
  Fault fault_;
};

// Whether a text that is bound lives until the statement has run, or is copied.
enum class Text { stays, passes };

class Statement {
 public:
  virtual ~Statement() = default;

  virtual void bind(int parameter, std::int64_t value) = 0;
  virtual void bind(int parameter, std::string_view text, Text life) = 0;
  virtual void bind_bytes(int parameter, std::string_view bytes, Text life) = 0;
  virtual void bind_null(int parameter) = 0;

  // To the next row; false: there is none. From then on, and before anything is bound anew, it is
  // to be reset.
  virtual bool step() = 0;
  // From its beginning to its end, for what it changes; reset after it. A connection may answer for
  // it later, and does before anything else of it is read, or committed.
  virtual void run() = 0;
  virtual int run_and_count() = 0;  // how many rows it changed
  // The key of the row that an INSERT makes; nothing: it made none. PostgreSQL's says RETURNING
  // key, which would cost SQLite a tenth of the whole claim.
  virtual std::optional<std::int64_t> insert() = 0;
  virtual void reset() = 0;

  // Of the row that step() came to; a null reads as 0 and as empty. A text lives until the next
  // step.
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
};

enum class Access { read_write, read_only };

enum class Dialect { sqlite, postgresql };

// One statement, where the two have to say it differently.
struct Sql {
  const char* sqlite;
  const char* postgresql;
};

class Connection {
 public:
  virtual ~Connection() = default;

  virtual Dialect dialect() const = 0;
  // Others write beside this transaction: what it reads to go by has to be locked until its end.
  virtual bool must_lock() const = 0;
  // This process among all that ever worked on the ledger: what it holds in there has this key.
  virtual std::int64_t worker() const = 0;
  // The kept statement for this text, reset and with nothing bound. `sql` is a literal: its address
  // is its identity.
  virtual Statement& prepared(const char* sql) = 0;
  Statement& prepared(const Sql& sql) {
    return prepared(dialect() == Dialect::sqlite ? sql.sqlite : sql.postgresql);
  }
  // Some statements at once, with nothing bound and nothing read.
  virtual void run_script(const std::string& script) = 0;

  virtual void begin(Access access) = 0;
  virtual void commit() = 0;
  virtual void roll_back() noexcept = 0;  // also where nothing was begun
};

// Rolled back at its end unless it was committed.
class Transaction {
 public:
  Transaction(Connection& connection, Access access) : connection_(connection) {
    connection_.begin(access);
  }
  ~Transaction() {
    if (!committed_) connection_.roll_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    connection_.commit();
    committed_ = true;
  }

 private:
  Connection& connection_;
  bool committed_ = false;
};

}  // namespace recycled::store
