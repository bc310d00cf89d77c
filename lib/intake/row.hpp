// One record of an import file, whatever the format: field names with their texts, and what is
// needed to give it back when it is refused. Source: operations.md "Import formats".
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace recycled::intake {

// A longer record is skipped to its end without being kept in memory.
inline constexpr std::size_t longest_record = 64 * 1024;

using Fields = std::map<std::string, std::string, std::less<>>;

struct Row {
  std::int64_t line = 0;  // of the file, from 1, where the record starts
  std::string raw;        // as it came, without its line end; empty when it was too long
  Fields fields;
  std::string damage;  // why it could not be read as a record; empty: it could
};

class RowReader {
 public:
  virtual ~RowReader() = default;

  // The next record, damaged or not; nothing at the end of the file. Empty lines and the "# line"
  // comments of a .rejected file are passed over.
  virtual std::optional<Row> next() = 0;
  // The line that a file of rejected records starts with; empty when there is none.
  virtual std::string header() const = 0;
  // Field names the header promises. Empty when each record brings its own.
  virtual std::vector<std::string> columns() const = 0;
  // A record of this format with these fields, on one line if they are.
  virtual std::string write(const Fields& fields) const = 0;
};

// Recognises JSONL by the `{` the file begins with, and takes everything else for CSV. An error:
// the file cannot be read at all (empty, UTF-16, no header, a column twice). `in` must outlive it.
Result<std::unique_ptr<RowReader>> open_rows(std::istream& in);

}  // namespace recycled::intake
