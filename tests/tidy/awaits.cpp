#include "awaits.hpp"

#include <algorithm>
#include <cctype>
#include <regex>

namespace recycled::tidy {
namespace {

// The statement around `at`, on one line. Going back it ends at a `;`, a brace or a parenthesis
// that is still open, which then shows as its first character.
std::string statement_around(const std::string& code, std::size_t at) {
  std::size_t first = at;
  int closed = 0;
  while (first > 0) {
    const char c = code[first - 1];
    if (c == ')') ++closed;
    if (c == '(' && closed-- == 0) return "(" + code.substr(first, at - first);
    if (closed == 0 && (c == ';' || c == '{' || c == '}')) break;
    --first;
  }
  const std::size_t end = std::min(code.find(';', at), code.size());
  static const std::regex space(R"(\s+)");
  static const std::regex label(R"(^((case [\w:]+|default) ?: )+)");
  const std::string flat = std::regex_replace(trimmed(code.substr(first, end - first)), space, " ");
  return std::regex_replace(flat, label, "");
}

// Empty when the statement is one of the three forms and holds nothing that g++ 12 trips over.
std::string complaint_about(const std::string& statement) {
  static const std::regex form(
      R"(^((const )?[\w:<>, ]+[&]{0,2} \w+ = |[\w.:>-]+ = |\*\w+ = )?co_await .*)");
  static const std::regex lambda(R"((^|[^\w\])])\s*\[)");
  if (!std::regex_match(statement, form)) return "must begin its statement, after `x = ` at most";
  const auto opened = std::count(statement.begin(), statement.end(), '(');
  if (opened != std::count(statement.begin(), statement.end(), ')')) return "in the head of a loop";
  if (statement.find_first_of("{}") != std::string::npos) return "with braces beside it";
  if (statement.find('?') != std::string::npos) return "beside ?:";
  if (statement.find("||") != std::string::npos) return "with ||: wait for the first in async/";
  if (std::regex_search(statement, lambda)) return "with a lambda beside it";
  const std::string_view word = "co_await";
  if (statement.find(word) != statement.rfind(word)) return "twice in one statement";
  return "";
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

Findings check_awaits(const Source& source) {
  constexpr std::string_view word = "co_await";
  Findings made;
  for (auto at = source.code.find(word); at != std::string::npos;
       at = source.code.find(word, at + word.size())) {
    if (at > 0 && is_word(source.code[at - 1])) continue;
    const std::string complaint = complaint_about(statement_around(source.code, at));
    if (complaint.empty()) continue;
    made.push_back(at_line(source, line_at(source.code, at), "co_await " + complaint));
  }
  return made;
}

}  // namespace recycled::tidy
