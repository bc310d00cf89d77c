#include "config/problem.hpp"

#include "base/card_number.hpp"

namespace recycled::config {

std::string describe(const Problem& problem, const std::filesystem::path& file) {
  std::string text = file.string();
  if (problem.line > 0) text += ":" + std::to_string(problem.line);
  text += ": ";
  if (!problem.where.empty()) text += problem.where + ": ";
  text += problem.what + ".";
  if (!problem.fix.empty()) text += " " + problem.fix + ".";
  return text;
}

std::string in_quotes(std::string_view text) { return "\"" + hide_card_numbers(text) + "\""; }

}  // namespace recycled::config
