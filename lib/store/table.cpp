#include "store/table.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ensure.hpp"
#include "base/utf8.hpp"
#include "crypto/digest.hpp"
#include "ports/audit_chain.hpp"

namespace recycled::store {
namespace {

// In one statement: what PostgreSQL does once for each, parsing and planning it, is then a small
// part. SQLite takes 32,766 parameters.
constexpr std::size_t rows_at_once = 100;

std::string quoted(const std::string& name) { return '"' + name + '"'; }

template <class Make>
std::string list_of(const std::vector<std::string>& names, const Make& make) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + make(name);
  return text;
}

std::vector<std::string> names_of(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

std::string names_in(const std::vector<std::string>& names) { return list_of(names, quoted); }

std::string places_for(const std::vector<std::string>& names) {
  return list_of(names, [](const std::string&) { return std::string("?"); });
}

Column::Kind kind_of(std::string_view type) {
  if (type == "INTEGER" || type == "bigint") return Column::Kind::integer;
  if (type == "BLOB" || type == "bytea") return Column::Kind::bytes;
  ensure(type == "TEXT" || type == "text", "a column is an integer, a text, or bytes");
  return Column::Kind::text;
}

std::int64_t integer_of(const std::string& text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  ensure(read.ec == std::errc(), "a column of integers has integers");
  return value;
}

}  // namespace

std::vector<Column> columns_of(Connection& connection, const std::string& table) {
  auto& query = connection.prepared(
      Sql{"SELECT name, type FROM pragma_table_info(?) ORDER BY name",
          "SELECT column_name::text, data_type::text FROM information_schema.columns"
          " WHERE table_schema = current_schema() AND table_name = ?"
          " ORDER BY column_name::text COLLATE \"C\""});
  query.bind(1, table, Text::stays);
  std::vector<Column> columns;
  while (query.step()) {
    columns.push_back({std::string(query.text(0)), kind_of(query.text(1))});
  }
  query.reset();
  return columns;
}

Table::Table(Connection& connection, TableShape shape, std::vector<Column> columns)
    : connection_(connection), shape_(std::move(shape)), columns_(std::move(columns)) {
  const auto all = names_of(columns_);
  const std::string place = "(" + names_in(shape_.order) + ")";
  const std::string after = place + " > (" + places_for(shape_.order) + ")";
  const std::string until = place + " <= (" + places_for(shape_.order) + ")";
  first_page_ = select({}, " LIMIT ?");
  next_page_ = select({after}, " LIMIT ?");
  for (const bool is_after : {false, true}) {
    for (const bool is_until : {false, true}) {
      std::vector<std::string> conditions;
      if (is_after) conditions.push_back(after);
      if (is_until) conditions.push_back(until);
      ranges_[is_after][is_until] = select(conditions, "");
    }
  }
  put_one_ = insert(1);
  put_many_ = insert(rows_at_once);
  remove_ = "DELETE FROM " + shape_.name + " WHERE (" + names_in(shape_.key) + ") = (" +
            places_for(shape_.key) + ")";
}

std::string Table::select(const std::vector<std::string>& conditions,
                          const std::string& end) const {
  const auto all = names_of(columns_);
  std::string sql = "SELECT " + names_in(all) + " FROM " + shape_.name + " WHERE ";
  sql += shape_.only.empty() ? "1 = 1" : shape_.only;
  for (const std::string& condition : conditions) sql += " AND " + condition;
  return sql + " ORDER BY " + names_in(shape_.order) + end;
}

std::string Table::insert(std::size_t rows) const {
  const auto all = names_of(columns_);
  const std::string one = "(" + places_for(all) + ")";
  std::string sql = "INSERT INTO " + shape_.name + " (" + names_in(all) + ") VALUES " + one;
  for (std::size_t row = 1; row < rows; ++row) sql += ", " + one;
  return sql + " ON CONFLICT (" + names_in(shape_.key) + ") DO UPDATE SET " +
         list_of(all, [](const std::string& name) {
           return quoted(name) + " = excluded." + quoted(name);
         });
}

std::size_t Table::index_of(const std::string& name) const {
  const auto found = std::ranges::find(columns_, name, &Column::name);
  ensure(found != columns_.end(), "a table has the columns of its key");
  return static_cast<std::size_t>(found - columns_.begin());
}

Row Table::values_of(const Row& row, const std::vector<std::string>& names) const {
  Row values;
  for (const std::string& name : names) values.push_back(row[index_of(name)]);
  return values;
}

void Table::bind(Statement& statement, int parameter, const Value& value, Column::Kind kind) const {
  if (!value) return statement.bind_null(parameter);
  switch (kind) {
    case Column::Kind::integer:
      return statement.bind(parameter, integer_of(*value));
    case Column::Kind::text:
      return statement.bind(parameter, *value, Text::stays);
    case Column::Kind::bytes:
      return statement.bind_bytes(parameter, *value, Text::stays);
  }
}

// The parameter after them.
int Table::bind_all(Statement& statement, int parameter, const Row& row,
                    const std::vector<std::string>& names) const {
  for (std::size_t at = 0; at < names.size(); ++at) {
    bind(statement, parameter++, row[at], columns_[index_of(names[at])].kind);
  }
  return parameter;
}

std::vector<Row> Table::read_all(Statement& statement) const {
  std::vector<Row> rows;
  while (statement.step()) {
    Row& row = rows.emplace_back();
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      const int column = static_cast<int>(at);
      if (statement.is_null(column)) {
        row.emplace_back();
      } else if (columns_[at].kind == Column::Kind::text) {
        row.emplace_back(as_plain_utf8(statement.text(column)));
      } else {
        row.emplace_back(std::string(statement.text(column)));
      }
    }
  }
  statement.reset();
  return rows;
}

std::vector<Row> Table::page(const std::optional<Row>& after, int limit) {
  auto& query = connection_.prepared(after ? next_page_.c_str() : first_page_.c_str());
  const int last = after ? bind_all(query, 1, *after, shape_.order) : 1;
  query.bind(last, std::int64_t{limit});
  return read_all(query);
}

std::vector<Row> Table::range(const std::optional<Row>& after, const std::optional<Row>& last) {
  auto& query = connection_.prepared(ranges_[after.has_value()][last.has_value()].c_str());
  const int next = after ? bind_all(query, 1, *after, shape_.order) : 1;
  if (last) bind_all(query, next, *last, shape_.order);
  return read_all(query);
}

void Table::put(const std::vector<const Row*>& rows) {
  std::size_t next = 0;
  while (next < rows.size()) {
    const bool are_many = rows.size() - next >= rows_at_once;
    auto& put = connection_.prepared(are_many ? put_many_.c_str() : put_one_.c_str());
    const std::size_t end = next + (are_many ? rows_at_once : 1);
    int parameter = 1;
    for (; next < end; ++next) {
      for (std::size_t at = 0; at < columns_.size(); ++at) {
        bind(put, parameter++, (*rows[next])[at], columns_[at].kind);
      }
    }
    put.run();
  }
}

void Table::remove(const Row& key) {
  auto& remove = connection_.prepared(remove_.c_str());
  bind_all(remove, 1, key, shape_.key);
  remove.run();
}

std::string digest_of(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    for (const Value& value : row) text += value ? ports::prefixed(*value) : "-";
  }
  return crypto::to_hex(crypto::sha256(text));
}

}  // namespace recycled::store
