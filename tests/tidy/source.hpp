// The source tree as text, and what a check has to say about it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace recycled::tidy {

struct Source {
  std::string path;  // from the root: "lib/base/money.hpp"
  std::string text;
  // The same text, line for line and column for column, with comments and the insides of string
  // and character literals blank: what a check for code reads.
  std::string code;
};

Source make_source(std::string path, std::string text);

// The C++ files under those folders of the repository, in order of their path.
std::vector<Source> read_sources(const std::vector<std::string>& folders);

std::filesystem::path root();
// Empty when there is no such file.
std::string read_text(const std::filesystem::path& path);

std::vector<std::string> lines_of(std::string_view text);
std::string trimmed(std::string_view text);
// The first folder names of a path: is_under("lib/system/clock.cpp", "lib/system").
bool is_under(std::string_view path, std::string_view folder);

struct Finding {
  std::string where;  // "lib/base/money.hpp:12"
  std::string what;
};
using Findings = std::vector<Finding>;

Finding at_line(const Source& source, std::size_t line, std::string what);
std::size_t line_at(std::string_view text, std::size_t offset);  // the first is 1
void append(Findings& to, Findings more);
// One a line, for the message of a failed test.
std::string to_text(const Findings& findings);

}  // namespace recycled::tidy
