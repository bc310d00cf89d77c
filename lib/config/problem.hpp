// What is wrong with a config file. All problems are collected before any is shown: an operator
// mends a file once, not once a run.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace recycled::config {

struct Problem {
  int line = 0;       // of the file, from 1; 0: the problem belongs to no line
  std::string where;  // "[[gateway]] \"ff\""
  std::string what;   // a sentence without its full stop
  std::string fix;    // what to do, likewise

  bool operator==(const Problem&) const = default;
};

// "FILE:LINE: where: what. fix", so that an editor can jump to it.
std::string describe(const Problem& problem, const std::filesystem::path& file);

// How problems show a name or value of the file.
std::string in_quotes(std::string_view text);

}  // namespace recycled::config
