// The README's promise that every command in it is run by a test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source.hpp"

namespace recycled::tidy {

// The ```sh blocks of a document, in order, each with its lines' ends.
std::vector<std::string> shell_blocks(std::string_view markdown);

// The texts by which a test script has blocks run: `run_block CODE TEXT`, the TEXT in single quotes
// or a word of its own.
std::vector<std::string> blocks_run(std::string_view script);

// A script of an integration test: tests/integration/NAME.sh.
struct TestScript {
  std::string name;
  std::string text;
};

// Each block is to be the first with one of the texts in it, as run_block takes it; or to consist
// of ./scripts/NAME alone, each line's run by the integration test NAME, or what runs all tests.
Findings check_blocks(std::string_view markdown, const std::vector<TestScript>& scripts);

}  // namespace recycled::tidy
