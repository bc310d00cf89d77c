// The command lines of `recycled rerun` and `recycled cascade`.
#pragma once

#include <functional>

#include "cli_callbacks.hpp"
#include "commands/cascade.hpp"
#include "commands/rerun.hpp"

namespace recycled {

// What was typed after `rerun`; filled in while the command line is parsed.
struct RerunTyped {
  RerunOptions options;
  std::string gateway;
};

// Adds the command. `run` becomes what is to be done. All outlive `app`.
void add_rerun(CLI::App& app, RerunTyped& typed, const CommonOptions& common,
               std::function<int()>& run);

// The same of `recycled cascade`.
void add_cascade(CLI::App& app, CascadeOptions& options, const CommonOptions& common,
                 std::function<int()>& run);

}  // namespace recycled
