#include "intake/card_guard.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/card_number.hpp"

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

// One character of UTF-8 as far as it matters here.
struct Sign {
  enum class Kind { digit, separator, other };
  Kind kind = Kind::other;
  char digit = 0;
  std::size_t size = 1;
};

// Full-width digits are digits; every mark and space may stand between groups, those beyond ASCII
// (no-break and narrow spaces, dashes) too.
Sign sign_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (is_digit(c)) return {Sign::Kind::digit, c, 1};
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("\xEF\xBC") && rest.size() >= 3) {
    const int value = static_cast<unsigned char>(rest[2]) - 0x90;
    if (value >= 0 && value <= 9) return {Sign::Kind::digit, static_cast<char>('0' + value), 3};
  }
  if (rest.starts_with("\xC2\xA0")) return {Sign::Kind::separator, 0, 2};
  if (rest.starts_with("\xE2\x80") && rest.size() >= 3) return {Sign::Kind::separator, 0, 3};
  // A comma separates fields of lists, and a star is our own mask.
  const bool divides = is_letter(c) || c == ',' || c == '*';
  const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
  return {is_ascii && !divides ? Sign::Kind::separator : Sign::Kind::other, 0, 1};
}

struct Place {
  std::size_t at;
  std::size_t size;
};

// Digits with nothing but separators between them: where each stands, and where groups begin.
struct Run {
  std::string digits;
  std::vector<Place> places;
  std::vector<std::size_t> groups;  // indices into places, and its size at the end
  std::size_t end = 0;
};

Run run_at(std::string_view text, std::size_t at) {
  Run run;
  bool inside = false;
  for (std::size_t i = at; i < text.size();) {
    const Sign sign = sign_at(text, i);
    if (sign.kind == Sign::Kind::other) break;
    if (sign.kind == Sign::Kind::digit) {
      if (!inside) run.groups.push_back(run.places.size());
      run.digits += sign.digit;
      run.places.push_back({i, sign.size});
    }
    inside = sign.kind == Sign::Kind::digit;
    i += sign.size;
    run.end = i;
  }
  run.groups.push_back(run.places.size());
  return run;
}

struct Range {
  std::size_t from;
  std::size_t to;
};

// Whole groups only: "12 4111 1111 1111 1111" holds a number after its house number, but a longer
// figure is not searched for one inside, where every second figure would have one by chance.
std::vector<Range> numbers_in(const Run& run) {
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
    const Run run = run_at(text, i);
    for (const Range& range : numbers_in(run)) found(run, range);
    i = run.end;
  }
}

}  // namespace

bool holds_card_number(std::string_view text) {
  bool found = false;
  each_number(text, [&found](const Run&, const Range&) { found = true; });
  return found;
}

std::string mask_card_numbers(std::string_view text) {
  std::string masked(text);
  each_number(text, [&masked](const Run& run, const Range& range) {
    for (std::size_t i = range.from + 6; i < range.to - 4; ++i) {
      const Place place = run.places[i];
      std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(place.at), place.size, '*');
    }
  });
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
  int kept = 0;
  for (std::size_t i = masked.size(); i > 0; --i) {
    char& c = masked[i - 1];
    if (is_digit(c) && ++kept > 4) c = '*';
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
