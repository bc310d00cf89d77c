#include "same_rows/rows.hpp"

#include <algorithm>
#include <stdexcept>

namespace recycled::bench {
namespace {

std::vector<std::string> columns_of(sqlite3* database, const std::string& table) {
  std::vector<std::string> names;
  Statement query(database, "SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid");
  for (const Row& row : query.all()) {
    names.emplace_back(reinterpret_cast<const char*>(sqlite3_value_text(row.front().get())));
  }
  if (names.empty()) throw std::runtime_error("there is no table " + table);
  return names;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

Statement::Statement(sqlite3* database, const std::string& sql)
    : database_(database), statement_(nullptr, sqlite3_finalize) {
  sqlite3_stmt* made = nullptr;
  const int done =
      sqlite3_prepare_v3(database, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  statement_.reset(made);
  if (done != SQLITE_OK) throw std::runtime_error(sql + ": " + sqlite3_errmsg(database));
}

void Statement::fail() const {
  throw std::runtime_error(std::string(sqlite3_sql(statement_.get())) + ": " +
                           sqlite3_errmsg(database_));
}

void Statement::bind(int place, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), place, value) != SQLITE_OK) fail();
}

void Statement::bind(int place, const Value& value) {
  if (sqlite3_bind_value(statement_.get(), place, value.get()) != SQLITE_OK) fail();
}

std::vector<Row> Statement::all() {
  std::vector<Row> rows;
  int done = SQLITE_ROW;
  while ((done = sqlite3_step(statement_.get())) == SQLITE_ROW) {
    Row& row = rows.emplace_back();
    for (int i = 0; i < columns(); ++i) {
      row.emplace_back(sqlite3_value_dup(sqlite3_column_value(statement_.get(), i)),
                       sqlite3_value_free);
    }
  }
  if (done != SQLITE_DONE) fail();
  sqlite3_reset(statement_.get());
  return rows;
}

int Statement::run() {
  if (sqlite3_step(statement_.get()) != SQLITE_DONE) fail();
  sqlite3_reset(statement_.get());
  return sqlite3_changes(database_);
}

Inserted::Inserted(sqlite3* source, sqlite3* target, const std::string& table,
                   const std::string& where,
                   const std::vector<std::pair<std::string, std::string>>& changed) {
  const std::vector<std::string> names = columns_of(target, table);
  std::vector<std::string> taken = names;
  for (const auto& [name, expression] : changed) {
    std::replace(taken.begin(), taken.end(), name, expression);
  }
  const std::vector<std::string> places(names.size(), "?");
  select_ = std::make_unique<Statement>(
      source, "SELECT " + joined(taken) + " FROM " + table + " WHERE " + where);
  insert_ = std::make_unique<Statement>(
      target, "INSERT INTO " + table + " (" + joined(names) + ") VALUES (" + joined(places) + ")");
}

std::vector<Row> Inserted::load(std::int64_t key) {
  select_->bind(1, key);
  return select_->all();
}

void Inserted::write(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) insert_->bind(static_cast<int>(i) + 1, row[i]);
    insert_->run();
  }
}

Updated::Updated(sqlite3* source, sqlite3* target, const std::string& table,
                 const std::vector<std::string>& columns, const std::string& guard) {
  std::vector<std::string> set;
  for (const std::string& name : columns) set.push_back(name + " = ?");
  select_ = std::make_unique<Statement>(
      source, "SELECT " + joined(columns) + " FROM " + table + " WHERE key = ?1");
  update_ = std::make_unique<Statement>(
      target, "UPDATE " + table + " SET " + joined(set) + " WHERE key = ?" + guard);
}

Row Updated::load(std::int64_t key) {
  select_->bind(1, key);
  auto rows = select_->all();
  if (rows.size() != 1) throw std::runtime_error("a key that is no row's");
  return std::move(rows.front());
}

void Updated::write(const Row& row, std::int64_t key) {
  for (std::size_t i = 0; i < row.size(); ++i) update_->bind(static_cast<int>(i) + 1, row[i]);
  update_->bind(static_cast<int>(row.size()) + 1, key);
  if (update_->run() != 1) throw std::runtime_error("an update met no row");
}

std::int64_t number(sqlite3* database, const std::string& sql) {
  Statement query(database, sql);
  const auto rows = query.all();
  return rows.empty() ? 0 : sqlite3_value_int64(rows.front().front().get());
}

}  // namespace recycled::bench
