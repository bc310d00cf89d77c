// Characters of a file, with the number of the line they stand on and a limit on what is kept.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

#include "intake/row.hpp"

namespace recycled::intake {

// "# line 12: reason" above a record in a .rejected file. Such a line holds no double quote, so
// that it is one record to a CSV reader too.
bool is_reject_comment(std::string_view line);

class Characters {
 public:
  static constexpr int end = std::char_traits<char>::eof();

  explicit Characters(std::istream& in) : in_(*in.rdbuf()) {}

  int peek() { return in_.sgetc(); }
  // The next character, or `end`; counts lines by their LF.
  int take();
  // Passes over a UTF-8 byte order mark at the beginning.
  void skip_mark();
  // To the end of the line, which is taken but not kept; no more than longest_record + 1 are kept.
  std::string rest_of_line();

  std::int64_t line() const { return line_; }

 private:
  std::streambuf& in_;
  std::int64_t line_ = 1;
};

}  // namespace recycled::intake
