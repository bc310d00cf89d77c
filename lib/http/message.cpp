#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace recycled::http {
namespace {

using namespace std::chrono;  // NOLINT: the calendar types, in this file only

constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
// No locale here: header names and dates are ASCII whatever the operator's language is.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Digits only, and few enough of them that no arithmetic below can overflow.
std::optional<std::int64_t> parse_number(std::string_view digits) {
  const bool readable = !digits.empty() && digits.size() <= 9 &&
                        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!readable) return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<unsigned> parse_month(std::string_view name) {
  const auto* found = std::ranges::find(months, name);
  if (found == months.end()) return std::nullopt;
  return static_cast<unsigned>(found - months.begin()) + 1;
}

// "20 Nov 2026"
std::optional<sys_days> parse_day(std::string_view text) {
  const auto day_of_month = parse_number(text.substr(0, 2));
  const auto month_number = parse_month(text.substr(3, 3));
  const auto year_number = parse_number(text.substr(7, 4));
  if (!day_of_month || !month_number || !year_number) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*year_number)), month(*month_number),
                            day(static_cast<unsigned>(*day_of_month)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

// "08:30:15"
std::optional<seconds> parse_time_of_day(std::string_view text) {
  const auto hour = parse_number(text.substr(0, 2));
  const auto minute = parse_number(text.substr(3, 2));
  const auto second = parse_number(text.substr(6, 2));
  if (!hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return hours(*hour) + minutes(*minute) + seconds(*second);
}

// Whether `text` has the same punctuation as `form`, in which letters stand for anything.
bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form,
                            [](char c, char expected) { return expected == 'x' || c == expected; });
}

}  // namespace

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [name](const auto& header) { return same_name(header.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::optional<Headers> parse_header_lines(std::string_view text) {
  Headers headers;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty()) continue;
    const bool is_request_line = first && line.find(" HTTP/") != std::string_view::npos;
    first = false;
    if (is_request_line) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    headers.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
  return headers;
}

std::optional<Millis> retry_after(const Headers& headers, Instant now) {
  const auto value = find_header(headers, "Retry-After");
  if (!value) return std::nullopt;
  if (const auto wait = parse_number(*value)) return seconds(*wait);
  const auto until = parse_http_date(*value);
  if (!until) return std::nullopt;
  return std::max(Millis(0), *until - now);
}

std::string to_http_date(Instant at) {
  const sys_days today = floor<days>(at);
  const year_month_day date(today);
  const hh_mm_ss clock_time(floor<seconds>(at) - today);
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      weekdays[weekday(today).c_encoding()].data(), static_cast<unsigned>(date.day()),
      months[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
      static_cast<int>(clock_time.hours().count()), static_cast<int>(clock_time.minutes().count()),
      static_cast<int>(clock_time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<Instant> parse_http_date(std::string_view text) {
  if (!has_form(text, "xxx, xx xxx xxxx xx:xx:xx GMT")) return std::nullopt;
  const auto day_read = parse_day(text.substr(5, 11));
  const auto time_read = parse_time_of_day(text.substr(17, 8));
  if (!day_read || !time_read) return std::nullopt;
  // A weekday that does not belong to the date says that one of the two is wrong.
  if (text.substr(0, 3) != weekdays[weekday(*day_read).c_encoding()]) return std::nullopt;
  return Instant(*day_read + *time_read);
}

}  // namespace recycled::http
