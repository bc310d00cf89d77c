#include "base/digit_run.hpp"

#include <array>
#include <optional>

namespace recycled {
namespace {

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Script {
  std::string_view lead;  // the bytes before the last one of each of its digits
  unsigned char zero;     // the last byte of its zero
};
constexpr std::array scripts{
    Script{"\xEF\xBC", 0x90},  // full-width
    Script{"\xD9", 0xA0},      // Arabic
    Script{"\xDB", 0xB0},      // Persian
    Script{"\xE0\xA5", 0xA6},  // Devanagari
};

std::optional<Sign> digit_beyond_ascii(std::string_view rest) {
  for (const Script& script : scripts) {
    if (!rest.starts_with(script.lead) || rest.size() == script.lead.size()) continue;
    const int value = static_cast<unsigned char>(rest[script.lead.size()]) - script.zero;
    if (value < 0 || value > 9) continue;
    return Sign{Sign::Kind::digit, static_cast<char>('0' + value), script.lead.size() + 1};
  }
  return std::nullopt;
}

// No-break spaces, the spaces, dashes and invisible marks of U+2000 to U+203F, the ideographic
// space, the mark that begins a file; and as a page's source writes the first of them.
constexpr std::array<std::string_view, 5> gaps_beyond_ascii{"\xC2\xA0", "\xE3\x80\x80",
                                                            "\xEF\xBB\xBF", "&nbsp;", "&#160;"};

std::optional<Sign> gap_beyond_ascii(std::string_view rest) {
  if (rest.starts_with("\xE2\x80") && rest.size() >= 3) return Sign{Sign::Kind::gap, 0, 3};
  for (const std::string_view gap : gaps_beyond_ascii) {
    if (rest.starts_with(gap)) return Sign{Sign::Kind::gap, 0, gap.size()};
  }
  return std::nullopt;
}

bool is_gap(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) < 0x20;
}

}  // namespace

Sign sign_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (is_ascii_digit(c)) return {Sign::Kind::digit, c, 1};
  if (is_gap(c)) return {Sign::Kind::gap, 0, 1};
  const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
  if (!is_ascii || c == '&') {
    const std::string_view rest = text.substr(at);
    if (const auto digit = digit_beyond_ascii(rest)) return *digit;
    if (const auto gap = gap_beyond_ascii(rest)) return *gap;
  }
  const bool divides = !is_ascii || is_letter(c) || c == ',' || c == '*';
  return {divides ? Sign::Kind::other : Sign::Kind::mark, 0, 1};
}

DigitRun digit_run_at(std::string_view text, std::size_t at, Between between) {
  DigitRun run;
  bool inside = false;
  for (std::size_t i = at; i < text.size();) {
    const Sign sign = sign_at(text, i);
    const bool is_digit = sign.kind == Sign::Kind::digit;
    const bool goes_on = between == Between::any_marks
                             ? sign.kind != Sign::Kind::other
                             : is_digit || (sign.kind == Sign::Kind::gap && inside);
    if (!goes_on) break;
    if (is_digit) {
      if (!inside) run.groups.push_back(run.places.size());
      run.digits += sign.digit;
      run.places.push_back({i, sign.size});
    }
    inside = is_digit;
    i += sign.size;
    run.end = i;
  }
  run.groups.push_back(run.places.size());
  return run;
}

}  // namespace recycled
