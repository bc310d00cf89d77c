#include "shape.hpp"

#include <regex>

namespace recycled::tidy {
namespace {

constexpr std::size_t longest_file = 400;
constexpr std::size_t longest_line = 100;
constexpr std::size_t longest_function = 70;

// Columns, not bytes: the followers of a UTF-8 character take none.
std::size_t width_of(std::string_view line) {
  std::size_t made = 0;
  for (const char c : line) made += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return made;
}

// Whether a brace after this text opens something that functions stand in.
bool is_scope(const std::string& before) {
  static const std::regex scope(R"(\b(namespace|class|struct|union|enum|extern)\b)");
  static const std::regex function_like(R"(\)\s*(const|noexcept|override|final|&|->[^()]*|\s)*$)");
  return std::regex_search(before, scope) && !std::regex_search(before, function_like);
}

bool is_data(const std::string& before) { return before.ends_with('=') || before.ends_with(']'); }

// Counts braces. What opens inside scopes only and is no initialiser is taken for a function.
Findings check_functions(const Source& source) {
  Findings made;
  std::size_t scopes = 0;
  std::size_t depth = 0;  // of braces inside the function at hand
  std::size_t opened_at = 0;
  std::size_t since = 0;  // where the text before the next brace begins
  bool counts = false;
  for (std::size_t i = 0; i < source.code.size(); ++i) {
    const char c = source.code[i];
    if (c == '{') {
      const std::string before = trimmed(std::string_view(source.code).substr(since, i - since));
      if (depth == 0 && is_scope(before)) {
        ++scopes;
      } else if (depth++ == 0) {
        opened_at = line_at(source.code, i);
        counts = !is_data(before);
      }
    } else if (c == '}' && depth > 0) {
      const std::size_t lines = line_at(source.code, i) - opened_at + 1;
      if (--depth == 0 && counts && lines > longest_function) {
        made.push_back(at_line(source, opened_at,
                               "a function of " + std::to_string(lines) + " lines; at most " +
                                   std::to_string(longest_function)));
      }
    } else if (c == '}' && scopes > 0) {
      --scopes;
    }
    if (c == '{' || c == '}' || c == ';') since = i + 1;
  }
  if (scopes + depth > 0) made.push_back({source.path, "braces that do not close"});
  return made;
}

}  // namespace

Findings check_size(const Source& source) {
  Findings made = check_functions(source);
  const auto lines = lines_of(source.text);
  if (lines.size() > longest_file) {
    made.push_back({source.path, std::to_string(lines.size()) + " lines; at most " +
                                     std::to_string(longest_file)});
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t width = width_of(lines[i]);
    if (width <= longest_line) continue;
    made.push_back(
        at_line(source, i + 1,
                std::to_string(width) + " columns; at most " + std::to_string(longest_line)));
  }
  return made;
}

Findings check_loose_ends(const Source& source) {
  // Spelled so that this line is none. In quotes three X are a currency code that means "none".
  static const std::regex mark(
      "(^|[^\"\\w])(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  Findings made;
  std::size_t line = 0;
  for (const std::string& text : lines_of(source.text)) {
    ++line;
    if (std::regex_search(text, mark)) made.push_back(at_line(source, line, "a loose end"));
  }
  return made;
}

Findings check_test_names(const Source& source) {
  static const std::regex test_case(R"rx(\bTEST_CASE\s*\(\s*"((?:[^"\\\n]|\\.)*)"(\s*")?)rx");
  Findings made;
  for (std::sregex_iterator at(source.text.begin(), source.text.end(), test_case), end; at != end;
       ++at) {
    const auto place = static_cast<std::size_t>(at->position());
    // One inside a string is a planted one, and no test case.
    if (source.code.compare(place, 9, "TEST_CASE") != 0) continue;
    const std::string name = (*at)[1];
    const std::size_t line = line_at(source.text, place);
    const auto bad = name.find_first_of(";[]\\");
    if (bad != std::string::npos) {
      made.push_back(at_line(source, line, "a test's name holds '" + name.substr(bad, 1) + "'"));
    }
    if (name.empty() || trimmed(name) != name) {
      made.push_back(at_line(source, line, "a test's name is empty or ends in a space"));
    }
    if ((*at)[2].matched) made.push_back(at_line(source, line, "a test's name in two literals"));
  }
  return made;
}

}  // namespace recycled::tidy
