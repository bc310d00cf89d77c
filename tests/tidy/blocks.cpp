#include "blocks.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace recycled::tidy {
namespace {

constexpr std::string_view runs_all_tests = "test";

// Of "./scripts/demo    # what it does": "demo"; of any other line nothing.
std::string script_of(const std::string& line) {
  static const std::regex form(R"(\./scripts/([\w-]+)\s*(#.*)?)");
  std::smatch parts;
  return std::regex_match(line, parts, form) ? parts[1].str() : std::string();
}

bool is_run_by_its_test(const std::string& line, const std::vector<TestScript>& scripts) {
  const std::string name = script_of(line);
  if (name == runs_all_tests) return true;
  return std::any_of(scripts.begin(), scripts.end(), [&](const TestScript& script) {
    return !name.empty() && script.name == name &&
           script.text.find("./scripts/" + name) != std::string::npos;
  });
}

}  // namespace

std::vector<std::string> shell_blocks(std::string_view markdown) {
  std::vector<std::string> made;
  bool inside = false;
  for (const std::string& line : lines_of(markdown)) {
    if (line == "```sh") {
      made.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      made.back() += line + "\n";
    }
  }
  return made;
}

std::vector<std::string> blocks_run(std::string_view script) {
  static const std::regex call(R"((?:^|\s)run_block \d+ (?:'([^']*)'|([^'"\s]+)))");
  std::vector<std::string> made;
  for (const std::string& line : lines_of(script)) {
    std::smatch parts;
    if (trimmed(line).starts_with("#") || !std::regex_search(line, parts, call)) continue;
    made.push_back(parts[1].matched ? parts[1] : parts[2]);
  }
  return made;
}

Findings check_blocks(std::string_view markdown, const std::vector<TestScript>& scripts) {
  const std::vector<std::string> blocks = shell_blocks(markdown);
  std::set<std::size_t> run;
  for (const TestScript& script : scripts) {
    for (const std::string& text : blocks_run(script.text)) {
      const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const auto& block) {
        return block.find(text) != std::string::npos;
      });
      run.insert(static_cast<std::size_t>(found - blocks.begin()));
    }
  }
  Findings made;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto lines = lines_of(blocks[i]);
    const bool is_scripts = std::all_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.empty() || is_run_by_its_test(line, scripts);
    });
    if (run.contains(i) || is_scripts) continue;
    made.push_back(
        {"README.md", "no test of tests/integration and no trial runs (run_block) this block:\n" +
                          std::string(trimmed(blocks[i]))});
  }
  return made;
}

}  // namespace recycled::tidy
