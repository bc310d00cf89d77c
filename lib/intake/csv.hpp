// CSV as RFC 4180 has it, read as a stream: quoted fields with doubled quotes, LF or CRLF, a byte
// order mark. A line is a record: no field may hold a line break.
#pragma once

#include "intake/lines.hpp"
#include "intake/row.hpp"

namespace recycled::intake {

// The records, without regard to what their values are called.
class CsvRecords {
 public:
  struct Record {
    std::int64_t line = 0;
    std::size_t length = 0;  // of the whole record, of which raw is the beginning
    std::string raw;
    std::vector<std::string> values;
    std::string damage;
  };

  explicit CsvRecords(Characters in) : in_(in) {}

  std::optional<Record> next();

 private:
  void read(Record& record);
  void read_quoted(Record& record, std::string& value);
  int take_into(Record& record);

  Characters in_;
};

class CsvReader final : public RowReader {
 public:
  // Reads the header, which names every column once.
  static Result<std::unique_ptr<RowReader>> open(Characters in);
  CsvReader(CsvRecords records, std::string header, std::vector<std::string> columns);

  std::optional<Row> next() override;
  std::string header() const override { return header_; }
  std::vector<std::string> columns() const override { return columns_; }
  std::string write(const Fields& fields) const override;

 private:
  CsvRecords records_;
  std::string header_;
  std::vector<std::string> columns_;
};

}  // namespace recycled::intake
