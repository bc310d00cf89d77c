#include "intake/card_guard.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/card_number.hpp"
#include "base/digit_run.hpp"

namespace recycled::intake {

namespace {

constexpr std::array<std::string_view, 8> verification_values{
    "cvv", "cvv2", "cvc", "cvc2", "card_cvv", "card_cvc", "security_code", "verification_value"};

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Range {
  std::size_t from;
  std::size_t to;
};

// Whole groups only: "12 4111 1111 1111 1111" holds a number after its house number, but a longer
// figure is not searched for one inside, where every second figure would have one by chance.
std::vector<Range> numbers_in(const DigitRun& run) {
  std::vector<Range> found;
  for (std::size_t first = 0; first + 1 < run.groups.size(); ++first) {
    for (std::size_t last = first + 1; last < run.groups.size(); ++last) {
      const Range range{run.groups[first], run.groups[last]};
      const std::size_t digits = range.to - range.from;
      if (digits > longest_card_number) break;
      if (digits < shortest_card_number) continue;
      if (!is_card_number(std::string_view(run.digits).substr(range.from, digits))) continue;
      found.push_back(range);
    }
  }
  return found;
}

template <class Found>
void each_number(std::string_view text, Found found) {
  for (std::size_t i = 0; i < text.size();) {
    const Sign sign = sign_at(text, i);
    if (sign.kind != Sign::Kind::digit) {
      i += sign.size;
      continue;
    }
    const DigitRun run = digit_run_at(text, i, Between::any_marks);
    for (const Range& range : numbers_in(run)) found(run, range);
    i = run.end;
  }
}

}  // namespace

bool holds_card_number(std::string_view text) {
  bool found = false;
  each_number(text, [&found](const DigitRun&, const Range&) { found = true; });
  return found;
}

// The digits that one number leaves may make another with what stands beside it, so it is looked at
// again; each look takes digits away.
std::string mask_card_numbers(std::string_view text) {
  std::string masked(text);
  for (bool more = true; more;) {
    more = false;
    const std::string before = masked;
    each_number(before, [&](const DigitRun& run, const Range& range) {
      more = true;
      for (std::size_t i = range.from + 6; i < range.to - 4; ++i) {
        const Place place = run.places[i];
        masked.replace(place.at, place.size, place.size, '*');
      }
    });
  }
  return masked;
}

bool holds_masked_number(std::string_view text) {
  std::size_t digits = 0;
  std::size_t stars = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      ++digits;
    } else if (c == '*' && digits > 0) {
      ++stars;
    } else if (is_letter(c) || c == ',') {
      digits = stars = 0;
    }
    if (stars >= 3 && digits + stars >= shortest_card_number) return true;
  }
  return false;
}

std::string mask_digits(std::string_view text) {
  std::string masked(text);
  std::vector<Place> digits;
  for (std::size_t i = 0; i < text.size();) {
    const Sign sign = sign_at(text, i);
    const bool is_ascii = static_cast<unsigned char>(text[i]) < 0x80;
    if (sign.kind == Sign::Kind::digit || !is_ascii) digits.push_back({i, sign.size});
    i += sign.size;
  }
  for (std::size_t i = 0; i + 4 < digits.size(); ++i) {
    masked.replace(digits[i].at, digits[i].size, digits[i].size, '*');
  }
  return masked;
}

bool is_verification_value(std::string_view column) {
  const auto& known = verification_values;
  return std::find(known.begin(), known.end(), lower(column)) != known.end();
}

bool names_verification_value(std::string_view text) {
  const std::string searched = lower(text);
  return std::any_of(verification_values.begin(), verification_values.end(), [&](auto name) {
    return searched.find('"' + std::string(name) + '"') != std::string::npos;
  });
}

}  // namespace recycled::intake
