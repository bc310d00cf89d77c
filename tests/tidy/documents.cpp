#include "documents.hpp"

#include <algorithm>
#include <regex>

#include "ports/events.hpp"

namespace recycled::tidy {
namespace {

constexpr std::string_view table_begins = "<!-- events -->\n";
constexpr std::string_view table_ends = "<!-- /events -->\n";

std::string_view to_text(ports::Level level) {
  switch (level) {
    case ports::Level::debug:
      return "debug";
    case ports::Level::info:
      return "info";
    case ports::Level::warning:
      return "warning";
    case ports::Level::error:
      return "error";
  }
  return "";
}

}  // namespace

std::string expected_event_table() {
  std::string made = "| event | level | meaning |\n| --- | --- | --- |\n";
  for (const ports::EventRow& row : ports::event_table) {
    made += "| `" + std::string(row.text) + "` | " + std::string(to_text(row.level)) + " | " +
            std::string(row.meaning) + " |\n";
  }
  return made;
}

Findings check_event_table(std::string_view readme, std::string_view expected) {
  const auto begin = readme.find(table_begins);
  const auto end = readme.find(table_ends);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return {{"README.md", "has no event table between <!-- events --> and <!-- /events -->"}};
  }
  const auto first = begin + table_begins.size();
  const std::string shown = trimmed(readme.substr(first, end - first)) + "\n";
  if (shown == expected) return {};
  return {{"README.md",
           "its event table is not ports::event_table, which is\n" + std::string(expected)}};
}

std::vector<std::string> enumerators_of(const Source& header, const std::string& name) {
  const std::regex form("enum class " + name + R"(\s*\{([^}]*)\})");
  static const std::regex word(R"([a-z]\w*)");
  std::smatch found;
  if (!std::regex_search(header.code, found, form)) return {};
  const std::string body = found[1];
  std::vector<std::string> made;
  for (std::sregex_iterator at(body.begin(), body.end(), word), end; at != end; ++at) {
    made.push_back(at->str());
  }
  return made;
}

std::string event_text(std::string enumerator) {
  const auto first = enumerator.find('_');
  if (first != std::string::npos) enumerator[first] = '.';
  return enumerator;
}

std::vector<std::string> scripts_shown(std::string_view markdown) {
  static const std::regex command(R"((^|\s)(?:\./)(scripts/[\w.-]+))");
  std::vector<std::string> made;
  bool in_block = false;
  for (const std::string& line : lines_of(markdown)) {
    if (trimmed(line).starts_with("```")) {
      in_block = !in_block;
      continue;
    }
    std::smatch parts;
    if (in_block && std::regex_search(line, parts, command)) made.push_back(parts[2]);
  }
  return made;
}

Findings check_scripts(std::string_view markdown,
                       const std::function<bool(const std::string& path)>& runs) {
  Findings made;
  for (const std::string& path : scripts_shown(markdown)) {
    if (!runs(path)) made.push_back({path, "is shown as a command and cannot be run"});
  }
  return made;
}

}  // namespace recycled::tidy
