// recycled check: every problem of the config and of its secret files at once.
#pragma once

#include <filesystem>

namespace recycled {

enum class Output { text, json };

struct CheckOptions {
  std::filesystem::path config;
  Output output = Output::text;
};

// Problems go to stderr as FILE:LINE: where: what. fix; a summary of what is in force to stdout.
// The exit code (exit_code.hpp).
int run_check(const CheckOptions& options);

}  // namespace recycled
