// The rules that this program promises to keep, by their ids, and the tests that bear those ids: so
// that `ctest -R C4` runs the proof of C4.
#pragma once

#include "source.hpp"

namespace recycled::tidy {

// Settings, recycle billing, new sales, cascades, hard and soft, and what users expect beyond.
const std::vector<std::string>& rule_ids();

// The names of the test cases of those sources.
std::vector<std::string> test_names(const std::vector<Source>& sources);
// What a script's line "# Proves: X3 B3" lists, which CMake makes part of its test's name.
std::string proved_by(std::string_view script);

// Each id that no name has as a word of its own.
Findings check_rules_are_proved(const std::vector<std::string>& ids,
                                const std::vector<std::string>& names);

}  // namespace recycled::tidy
