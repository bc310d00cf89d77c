#include "config/problem.hpp"

#include <algorithm>

#include "base/card_number.hpp"

namespace recycled::config {

std::string describe(const Problem& problem, const std::filesystem::path& file) {
  std::string text = file.string();
  if (problem.line > 0) text += ":" + std::to_string(problem.line);
  text += ": ";
  if (!problem.where.empty()) text += problem.where + ": ";
  text += problem.what + ".";
  if (!problem.fix.empty()) text += " " + problem.fix + ".";
  // A name or value of the file may hold what a terminal would obey.
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text;
}

std::string in_quotes(std::string_view text) { return "\"" + hide_card_numbers(text) + "\""; }

}  // namespace recycled::config
