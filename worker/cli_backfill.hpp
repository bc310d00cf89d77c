// The command line of `recycled backfill`.
#pragma once

#include <functional>
#include <string>

#include "cli_callbacks.hpp"
#include "commands/backfill.hpp"

namespace recycled {

// What was typed after `backfill`; filled in while the command line is parsed.
struct BackfillTyped {
  BackfillOptions options;
  std::string gateway;
};

// Adds the command. `run` becomes what is to be done. All outlive `app`.
void add_backfill(CLI::App& app, BackfillTyped& typed, const CommonOptions& common,
                  std::function<int()>& run);

}  // namespace recycled
