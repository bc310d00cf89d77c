// A table as either kind of database has it, for copying: rows as texts, in the order of their
// keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/statement.hpp"

namespace recycled::store {

using Value = std::optional<std::string>;
using Row = std::vector<Value>;

struct Column {
  enum class Kind { integer, text, bytes };

  std::string name;
  Kind kind = Kind::text;
  bool operator==(const Column&) const = default;
};

// Which table, and in which order it is walked; each row has a place of its own in it.
struct TableShape {
  std::string name;
  std::vector<std::string> order;
  std::vector<std::string> key;
  std::string only{};  // an SQL condition on the rows that count
};

// Of that table in that database, in order of their names.
std::vector<Column> columns_of(Connection& connection, const std::string& table);

// Stays where it is, for its statements are known by their addresses.
class Table {
 public:
  Table(Connection& connection, TableShape shape, std::vector<Column> columns);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const std::string& name() const { return shape_.name; }

  // The next ones after that place, or from the first on.
  std::vector<Row> page(const std::optional<Row>& after, int limit);
  // Those after it and up to that one, or to the last.
  std::vector<Row> range(const std::optional<Row>& after, const std::optional<Row>& last);

  Row place_of(const Row& row) const { return values_of(row, shape_.order); }
  Row key_of(const Row& row) const { return values_of(row, shape_.key); }

  // Each in the place of one with its key, if there is one. No two have the same.
  void put(const std::vector<const Row*>& rows);
  void remove(const Row& key);

 private:
  Row values_of(const Row& row, const std::vector<std::string>& names) const;
  std::size_t index_of(const std::string& name) const;
  void bind(Statement& statement, int parameter, const Value& value, Column::Kind kind) const;
  int bind_all(Statement& statement, int parameter, const Row& row,
               const std::vector<std::string>& names) const;
  std::vector<Row> read_all(Statement& statement) const;
  std::string select(const std::vector<std::string>& conditions, const std::string& end) const;
  std::string insert(std::size_t rows) const;

  Connection& connection_;
  const TableShape shape_;
  const std::vector<Column> columns_;
  std::string first_page_;
  std::string next_page_;
  std::string ranges_[2][2];  // from a place on or not, up to one or not
  std::string put_one_;
  std::string put_many_;
  std::string remove_;
};

// The same of the same rows in either database: of what a text has that is no character, as
// PostgreSQL keeps it.
std::string digest_of(const std::vector<Row>& rows);

}  // namespace recycled::store
