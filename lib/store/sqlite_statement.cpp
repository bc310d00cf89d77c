#include "store/sqlite_statement.hpp"

#include <sqlite3.h>

namespace recycled::store {
namespace {

sqlite3_destructor_type life_of(Text life) {
  return life == Text::stays ? SQLITE_STATIC : SQLITE_TRANSIENT;  // NOLINT: SQLite's own casts
}

// An empty view may hold a null, which SQLite would bind as one.
const char* data_of(std::string_view text) { return text.empty() ? "" : text.data(); }

// A failure of the disk or the lock concerns the whole group; a constraint that fails is the
// work's.
SqlError::Of of_whom(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
      return SqlError::Of::all;
    default:
      return SqlError::Of::work;
  }
}

}  // namespace

SqlError sqlite_error(int result, std::string message) {
  const Fault fault = (result & 0xFF) == SQLITE_BUSY ? Fault::busy : Fault::store;
  if ((result & 0xFF) == SQLITE_CANTOPEN) {
    message +=
        "; also to be read it wants files beside it: can this user write in its folder, or is "
        "the disk read-only?";
  }
  return {of_whom(result), fault, message};
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStatement::SqliteStatement(sqlite3* connection, std::string_view sql)
    : connection_(connection) {
  sqlite3_stmt* made = nullptr;
  const int result = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  statement_.reset(made);
  check(result);
}

void SqliteStatement::check(int result) const {
  if (result != SQLITE_OK) throw sqlite_error(result, sqlite3_errmsg(connection_));
}

void SqliteStatement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter, value));
}

void SqliteStatement::bind(int parameter, std::string_view text, Text life) {
  check(sqlite3_bind_text(statement_.get(), parameter, data_of(text), static_cast<int>(text.size()),
                          life_of(life)));
}

void SqliteStatement::bind_bytes(int parameter, std::string_view bytes, Text life) {
  check(sqlite3_bind_blob(statement_.get(), parameter, data_of(bytes),
                          static_cast<int>(bytes.size()), life_of(life)));
}

void SqliteStatement::bind_null(int parameter) {
  check(sqlite3_bind_null(statement_.get(), parameter));
}

bool SqliteStatement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) throw sqlite_error(result, sqlite3_errmsg(connection_));
  return false;
}

void SqliteStatement::run() {
  while (step()) continue;
  reset();
}

int SqliteStatement::run_and_count() {
  run();
  return sqlite3_changes(connection_);
}

std::optional<std::int64_t> SqliteStatement::insert() {
  if (run_and_count() == 0) return std::nullopt;
  return sqlite3_last_insert_rowid(connection_);
}

// It answers with the error of the last step, which that has told already.
void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

void SqliteStatement::clear() {
  reset();
  sqlite3_clear_bindings(statement_.get());
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {size == 0 ? "" : static_cast<const char*>(bytes), size};
}

}  // namespace recycled::store
