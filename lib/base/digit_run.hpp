// Digits that belong together although marks or spaces stand between them, in whatever script they
// are written: what a card number is looked for in (card_number.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace recycled {

// One character of UTF-8, as far as it matters here. What is no UTF-8 goes byte by byte.
struct Sign {
  enum class Kind {
    digit,  // ASCII, full-width, Arabic, Persian or Devanagari
    gap,    // what card numbers are grouped by: spaces, dashes, dots, low lines, control characters
    mark,   // other punctuation: between the groups of a number that a person wrote
    other,  // letters, commas (between fields), stars (our own mask), the rest
  };
  Kind kind = Kind::other;
  char digit = 0;        // '0'..'9'
  std::size_t size = 1;  // in bytes; of "&nbsp;" six
};
Sign sign_at(std::string_view text, std::size_t at);

// What may stand between two digits of a run.
enum class Between {
  one_gap,    // in text that a machine wrote, where other figures stand about
  any_marks,  // gaps and marks, however many: in a field that a person filled in
};

struct Place {
  std::size_t at = 0;
  std::size_t size = 0;
};

struct DigitRun {
  std::string digits;               // in ASCII
  std::vector<Place> places;        // of each digit in the text
  std::vector<std::size_t> groups;  // where in `places` each group begins; at the end their number
  std::size_t end = 0;              // behind the run, and what follows of `between`
};

// The run that begins with the digit at `at`.
DigitRun digit_run_at(std::string_view text, std::size_t at, Between between);

}  // namespace recycled
