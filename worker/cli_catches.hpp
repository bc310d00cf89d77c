// The command line of the safety catches: pause and resume; the install seal and the
// ledger's place; a person's word.
#pragma once

#include <functional>

#include "cli_callbacks.hpp"
#include "commands/adopt.hpp"
#include "commands/migrate.hpp"
#include "commands/pause.hpp"
#include "commands/resolve.hpp"

namespace recycled {

// Adds both commands. `run` becomes what is to be done. All outlive `app`.
void add_pause(CLI::App& app, PauseOptions& options, const CommonOptions& common,
               std::function<int()>& run);

void add_adopt(CLI::App& app, AdoptOptions& options, const CommonOptions& common,
               std::function<int()>& run);

void add_migrate(CLI::App& app, MigrateOptions& options, const CommonOptions& common,
                 std::function<int()>& run);

struct ResolveTyped {
  std::string word;
  ResolveOptions options;
};

void add_resolve(CLI::App& app, ResolveTyped& typed, const CommonOptions& common,
                 std::function<int()>& run);

}  // namespace recycled
