// `recycled migrate`: the ledger moves to another database, while it is at work.
#pragma once

#include <filesystem>
#include <string>

namespace recycled {

struct MigrateOptions {
  std::filesystem::path config;
  std::string to;  // as [store] url has it
};

int run_migrate(const MigrateOptions& options);

}  // namespace recycled
