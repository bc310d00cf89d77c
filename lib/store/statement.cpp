#include "store/statement.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

namespace recycled::store {
namespace {

sqlite3_destructor_type life_of(Text life) {
  return life == Text::stays ? SQLITE_STATIC : SQLITE_TRANSIENT;  // NOLINT: SQLite's own casts
}

// An empty view may hold a null, which SQLite would bind as one.
const char* data_of(std::string_view text) { return text.empty() ? "" : text.data(); }

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(sqlite3* connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* made = nullptr;
  const int result = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  statement_.reset(made);
  check(result);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) throw SQLite::Exception(connection_, result);
}

void Statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter, value));
}

void Statement::bind(int parameter, std::string_view text, Text life) {
  check(sqlite3_bind_text(statement_.get(), parameter, data_of(text),
                          static_cast<int>(text.size()), life_of(life)));
}

void Statement::bind_bytes(int parameter, std::string_view bytes, Text life) {
  check(sqlite3_bind_blob(statement_.get(), parameter, data_of(bytes),
                          static_cast<int>(bytes.size()), life_of(life)));
}

void Statement::bind_null(int parameter) {
  check(sqlite3_bind_null(statement_.get(), parameter));
}

bool Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) throw SQLite::Exception(connection_, result);
  return false;
}

int Statement::run() {
  while (step()) continue;
  const int changed = sqlite3_changes(connection_);
  reset();
  return changed;
}

// It answers with the error of the last step, which that has told already.
void Statement::reset() { sqlite3_reset(statement_.get()); }

void Statement::clear() {
  reset();
  sqlite3_clear_bindings(statement_.get());
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {size == 0 ? "" : static_cast<const char*>(bytes), size};
}

}  // namespace recycled::store
