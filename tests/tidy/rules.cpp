#include "rules.hpp"

#include <algorithm>
#include <regex>

namespace recycled::tidy {
namespace {

bool has_word(const std::string& text, const std::string& word) {
  return std::regex_search(text, std::regex("\\b" + word + "\\b"));
}

}  // namespace

const std::vector<std::string>& rule_ids() {
  static const std::vector<std::string> ids{
      "S1", "S2", "S3", "S4",                    // settings of a FlexFactor gateway
      "B1", "B2", "B3", "B4", "B5", "B6", "B7",  // recycle billing
      "N1", "N2", "N3",                          // new sales
      "C1", "C2", "C3", "C4", "C5",              // cascades
      "H1", "H2", "H3",                          // hard and soft
      "X1", "X2", "X3", "X4",                    // what users expect beyond this
  };
  return ids;
}

std::vector<std::string> test_names(const std::vector<Source>& sources) {
  static const std::regex name(R"re(TEST_CASE\(\s*"([^"]*)")re");
  std::vector<std::string> names;
  for (const Source& source : sources) {
    std::sregex_iterator at(source.text.begin(), source.text.end(), name);
    for (; at != std::sregex_iterator(); ++at) names.push_back((*at)[1]);
  }
  return names;
}

std::string proved_by(std::string_view script) {
  constexpr std::string_view mark = "# Proves: ";
  for (const std::string& line : lines_of(script)) {
    if (line.starts_with(mark)) return line.substr(mark.size());
  }
  return {};
}

Findings check_rules_are_proved(const std::vector<std::string>& ids,
                                const std::vector<std::string>& names) {
  Findings findings;
  for (const std::string& id : ids) {
    const bool is_proved =
        std::ranges::any_of(names, [&id](const auto& name) { return has_word(name, id); });
    if (!is_proved) findings.push_back({id, "no test has this rule's id in its name"});
  }
  return findings;
}

}  // namespace recycled::tidy
