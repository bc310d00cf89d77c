#include "base/time.hpp"

#include <array>

namespace recycled {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads a text from left to right. Once something did not fit, nothing fits any more, so that a
// parser can be written as a plain sequence and asks once, at its end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly `count` digits.
  int number(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      const char c = next();
      if (!is_digit(c)) ok_ = false;
      if (ok_) value = value * 10 + (c - '0');
    }
    return value;
  }
  void expect(char wanted) {
    if (next() != wanted) ok_ = false;
  }
  // The next character, or NUL at the end.
  char next() {
    if (rest_.empty()) return '\0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void refuse() { ok_ = false; }
  bool ok() const { return ok_; }
  bool all_read() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

CivilDate read_date(Scanner& text) {
  const int year = text.number(4);
  text.expect('-');
  const int month = text.number(2);
  text.expect('-');
  const int day = text.number(2);
  const CivilDate date(std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                       std::chrono::day{static_cast<unsigned>(day)});
  if (!date.ok()) text.refuse();
  return date;
}

// A leap second's :60 is refused: nobody bills by it, and UTC milliseconds cannot say it.
Millis read_time_of_day(Scanner& text) {
  const int hour = text.number(2);
  text.expect(':');
  const int minute = text.number(2);
  text.expect(':');
  const int second = text.number(2);
  if (hour > 23 || minute > 59 || second > 59) text.refuse();
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

Millis read_fraction(Scanner& text) {
  if (text.peek() != '.') return Millis(0);
  text.next();
  int millis = 0;
  int digits = 0;
  for (; is_digit(text.peek()); ++digits) {
    const int digit = text.next() - '0';
    if (digits < 3) millis = millis * 10 + digit;
  }
  if (digits < 1 || digits > 9) text.refuse();
  for (int i = digits; i < 3; ++i) millis *= 10;
  return Millis(millis);
}

std::chrono::minutes read_offset(Scanner& text) {
  const char sign = text.next();
  if (sign == 'Z') return std::chrono::minutes(0);
  if (sign != '+' && sign != '-') text.refuse();
  const int hours = text.number(2);
  text.expect(':');
  const int minutes = text.number(2);
  if (hours > 23 || minutes > 59) text.refuse();
  const std::chrono::minutes offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return sign == '-' ? -offset : offset;
}

std::string padded(std::int64_t value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

struct Unit {
  std::string_view word;
  std::int64_t millis;
};
// From large to small: a compound duration names them in this order, each at most once.
constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

// The most digits of one number in a duration: 999'999'999 days are far from overflowing.
constexpr int duration_digits = 9;

}  // namespace

std::string to_iso8601(CivilDate date) {
  return padded(static_cast<int>(date.year()), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2);
}

std::string to_iso8601(Instant at) {
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::hh_mm_ss<Millis> clock(at - midnight);
  std::string text = to_iso8601(CivilDate(midnight)) + "T" + padded(clock.hours().count(), 2) +
                     ":" + padded(clock.minutes().count(), 2) + ":" +
                     padded(clock.seconds().count(), 2);
  const auto millis = clock.subseconds().count();
  if (millis != 0) text += "." + padded(millis, 3);
  return text + "Z";
}

std::optional<CivilDate> parse_date(std::string_view text) {
  Scanner scanner(text);
  const CivilDate date = read_date(scanner);
  if (!scanner.all_read()) return std::nullopt;
  return date;
}

std::optional<Instant> parse_instant(std::string_view text) {
  Scanner scanner(text);
  const CivilDate date = read_date(scanner);
  scanner.expect('T');
  const Millis time = read_time_of_day(scanner);
  const Millis fraction = read_fraction(scanner);
  const Millis offset = read_offset(scanner);
  if (!scanner.all_read()) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + time + fraction - offset;
}

std::optional<Millis> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  auto unit = units.begin();
  Scanner scanner(text);
  while (is_digit(scanner.peek())) {
    std::int64_t value = 0;
    for (int digits = 0; is_digit(scanner.peek()); ++digits) {
      if (digits == duration_digits) return std::nullopt;
      value = value * 10 + (scanner.next() - '0');
    }
    std::string word;
    while (scanner.peek() >= 'a' && scanner.peek() <= 'z') word += scanner.next();
    while (unit != units.end() && unit->word != word) ++unit;
    if (unit == units.end()) return std::nullopt;
    total += value * unit->millis;
    ++unit;
  }
  if (!scanner.all_read()) return std::nullopt;
  return Millis(total);
}

std::string to_text(Millis duration) {
  if (duration < Millis(0)) return "-" + to_text(-duration);
  if (duration == Millis(0)) return "0s";
  std::string text;
  std::int64_t left = duration.count();
  for (const Unit& unit : units) {
    if (left < unit.millis) continue;
    text += std::to_string(left / unit.millis).append(unit.word);
    left %= unit.millis;
  }
  return text;
}

}  // namespace recycled
