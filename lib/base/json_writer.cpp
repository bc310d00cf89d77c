#include "base/json_writer.hpp"

#include <charconv>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/utf8.hpp"

namespace recycled {
namespace {

constexpr std::size_t usual_size = 2048;

bool stands_for_itself(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view short_ones = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view digits = "0123456789abcdef";
  out += '\\';
  if (const auto at = short_ones.find(c); at != std::string_view::npos) {
    out += letters[at];
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "u00";
  out += digits[byte >> 4U];
  out += digits[byte & 0x0FU];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t from = 0;  // of what goes through in one piece
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (stands_for_itself(text[i])) continue;
    out += text.substr(from, i - from);
    append_escaped(out, text[i]);
    from = i + 1;
  }
  out += text.substr(from);
  out += '"';
}

JsonWriter::JsonWriter() {
  out_.reserve(usual_size);
  out_ += '{';
}

void JsonWriter::add_name(std::string_view name) {
  if (out_.back() != '{') out_ += ',';
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

void JsonWriter::text(std::string_view name, std::string_view value) {
  add_name(name);
  append_json_string(out_, value);
  is_utf8_ = is_utf8_ && recycled::is_utf8(value);
}

void JsonWriter::text_if_any(std::string_view name, std::string_view value) {
  if (!value.empty()) text(name, value);
}

void JsonWriter::number(std::string_view name, std::int64_t value) {
  char digits[std::numeric_limits<std::int64_t>::digits10 + 2];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  literal(name, std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

void JsonWriter::literal(std::string_view name, std::string_view json) {
  add_name(name);
  out_ += json;
}

void JsonWriter::begin(std::string_view name) {
  add_name(name);
  out_ += '{';
}

void JsonWriter::end() { out_ += '}'; }

std::string JsonWriter::finish() {
  out_ += '}';
  return std::move(out_);
}

}  // namespace recycled
