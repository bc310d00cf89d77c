#include "intake/lines.hpp"

#include <algorithm>

namespace recycled::intake {

bool is_reject_comment(std::string_view line) {
  constexpr std::string_view opening = "# line ";
  if (!line.starts_with(opening)) return false;
  const std::string_view number = line.substr(opening.size());
  const auto colon = number.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::all_of(number.begin(), number.begin() + static_cast<std::ptrdiff_t>(colon), is_digit);
}

int Characters::take() {
  const int c = in_.sbumpc();
  if (c == '\n') ++line_;
  return c;
}

void Characters::skip_mark() {
  if (peek() != 0xEF) return;
  take();
  if (peek() == 0xBB) take();
  if (peek() == 0xBF) take();
}

std::string Characters::rest_of_line() {
  std::string line;
  for (int c = take(); c != end && c != '\n'; c = take()) {
    if (line.size() <= longest_record) line += static_cast<char>(c);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace recycled::intake
