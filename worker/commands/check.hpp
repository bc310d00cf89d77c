// recycled check: every problem of the config and of its secret files at once, and with --online
// what only the world can say (check_online.hpp).
#pragma once

#include <filesystem>

namespace recycled {

enum class Output { text, json };
enum class Reach { file, online };

struct CheckOptions {
  std::filesystem::path config;
  Output output = Output::text;
  Reach reach = Reach::file;
};

// Problems go to stderr as FILE:LINE: where: what. fix; a summary of what is in force to stdout.
// The exit code (exit_code.hpp).
int run_check(const CheckOptions& options);

}  // namespace recycled
