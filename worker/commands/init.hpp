// recycled init [DIR]: a commented config, a folder for secrets, an empty ledger.
#pragma once

#include <filesystem>

namespace recycled {

struct InitOptions {
  std::filesystem::path folder = ".";
};

// Never overwrites a config. The exit code (exit_code.hpp).
int run_init(const InitOptions& options);

}  // namespace recycled
