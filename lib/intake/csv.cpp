#include "intake/csv.hpp"

#include <set>
#include <utility>

#include "intake/card_guard.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

std::string quoted(const std::string& value) {
  const bool edges = value.starts_with(' ') || value.ends_with(' ');
  if (!edges && value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

}  // namespace

Result<std::unique_ptr<RowReader>> CsvReader::open(Characters in) {
  CsvRecords records(in);
  auto record = records.next();
  if (!record) return fail(Fault::invalid, "the file is empty: not even a header line");
  if (!record->damage.empty()) {
    return fail(Fault::invalid, "the header cannot be read: " + record->damage);
  }
  std::set<std::string> seen;
  for (std::string& column : record->values) {
    column = trimmed(column);
    if (column.empty()) return fail(Fault::invalid, "the header has a column without a name");
    if (!seen.insert(column).second) {
      // A file without a header puts its first record here: no card number out of that either.
      const std::string shown = printable(mask_card_numbers(column));
      return fail(Fault::invalid, "the header names column '" + shown + "' twice");
    }
  }
  return std::make_unique<CsvReader>(records, std::move(record->raw), std::move(record->values));
}

CsvReader::CsvReader(CsvRecords records, std::string header, std::vector<std::string> columns)
    : records_(records), header_(std::move(header)), columns_(std::move(columns)) {}

std::optional<Row> CsvReader::next() {
  auto record = records_.next();
  if (!record) return std::nullopt;
  Row row{record->line, std::move(record->raw), {}, std::move(record->damage)};
  if (!row.damage.empty()) return row;
  if (record->values.size() != columns_.size()) {
    row.damage = "it has " + std::to_string(record->values.size()) +
                 " fields where the header has " + std::to_string(columns_.size()) +
                 ": look for a missing or an extra comma or quote";
    return row;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    row.fields.emplace(columns_[i], std::move(record->values[i]));
  }
  return row;
}

std::string CsvReader::write(const Fields& fields) const {
  std::string text;
  for (const std::string& column : columns_) {
    if (&column != &columns_.front()) text += ',';
    const auto at = fields.find(column);
    if (at != fields.end()) text += quoted(at->second);
  }
  return text;
}

std::optional<CsvRecords::Record> CsvRecords::next() {
  while (in_.peek() != Characters::end) {
    if (in_.peek() == '\n' || in_.peek() == '\r') {
      in_.take();
      continue;
    }
    Record record;
    record.line = in_.line();
    read(record);
    if (is_reject_comment(record.raw)) continue;
    return record;
  }
  return std::nullopt;
}

// What does not fit is read and forgotten.
int CsvRecords::take_into(Record& record) {
  const int c = in_.take();
  if (c == Characters::end) return c;
  ++record.length;
  if (record.raw.size() <= longest_record) record.raw += static_cast<char>(c);
  return c;
}

// From after the opening quote to after the closing one. No field of ours may hold a line break, so
// a quote that is open at the end of its line was never closed; it costs that line, not the file.
void CsvRecords::read_quoted(Record& record, std::string& value) {
  while (true) {
    if (in_.peek() == Characters::end || in_.peek() == '\n') {
      record.damage = "a quote is not closed on its line";
      return;
    }
    const int c = take_into(record);
    if (c == '"') {
      if (in_.peek() != '"') return;
      take_into(record);
    }
    if (value.size() < longest_record) value += static_cast<char>(c);
  }
}

void CsvRecords::read(Record& record) {
  record.values.emplace_back();
  bool was_quoted = false;
  while (true) {
    std::string& value = record.values.back();
    const int next = in_.peek();
    if (next == Characters::end) break;
    if (next == '\n') {
      in_.take();
      break;
    }
    const int c = take_into(record);
    if (c == ',') {
      if (record.length <= longest_record) record.values.emplace_back();
      was_quoted = false;
    } else if (c == '"' && value.empty() && !was_quoted) {
      was_quoted = true;
      read_quoted(record, value);
    } else if (c == '\r' && in_.peek() == '\n') {
      record.raw.pop_back();
      --record.length;
    } else if (c == '"' || was_quoted) {
      if (record.damage.empty()) record.damage = "a quote stands where none may be";
    } else if (value.size() < longest_record) {
      value += static_cast<char>(c);
    }
  }
  if (record.length <= longest_record) return;
  record.raw.clear();
  record.values.clear();
  record.damage = "the record is longer than 64 KiB";
}

}  // namespace recycled::intake
