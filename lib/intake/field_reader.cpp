#include "intake/field_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/utf8.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string FieldReader::text(std::string_view name) {
  const auto at = fields_.find(name);
  if (at == fields_.end()) return {};
  std::string value = trimmed(at->second);
  if (value.size() > longest_field) {
    complain(name, "is longer than 1024 bytes");
  } else if (!is_utf8(value)) {
    complain(name, "is not UTF-8: save the file in that encoding");
  } else if (has_control(value)) {
    complain(name, "holds a control character or a line break: remove it");
  } else {
    return value;
  }
  return {};
}

std::string FieldReader::required(std::string_view name) {
  require(name);
  return text(name);
}

std::string FieldReader::id(std::string_view name) {
  std::string value = text(name);
  if (value.size() <= longest_id) return value;
  complain(name, "is longer than 128 bytes");
  return {};
}

std::string FieldReader::required_id(std::string_view name) {
  require(name);
  return id(name);
}

std::string FieldReader::digits(std::string_view name, std::size_t least, std::size_t most) {
  std::string value = text(name);
  if (value.empty()) return value;
  if (value.size() >= least && value.size() <= most && all_digits(value)) return value;
  const std::string range =
      least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
  complain_about_value(name, value, range + " digits");
  return {};
}

std::optional<int> FieldReader::number(std::string_view name, int least, int most) {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  int read = 0;
  const char* end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, read);
  const bool is_number = all_digits(value) && error == std::errc() && stopped == end;
  if (is_number && read >= least && read <= most) return read;
  complain_about_value(
      name, value, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

void FieldReader::require(std::string_view name) {
  const auto at = fields_.find(name);
  if (at == fields_.end() || trimmed(at->second).empty()) complain(name, "is missing");
}

void FieldReader::complain(std::string_view field, std::string what) {
  problems_.push_back(FieldProblem{std::string(field), std::move(what)});
}

void FieldReader::complain_about_value(std::string_view name, const std::string& value,
                                       std::string_view wanted) {
  complain(name, "is '" + printable(value) + "': write " + std::string(wanted));
}

}  // namespace recycled::intake
