// The command line of `recycled simulate`.
#pragma once

#include <functional>

#include "cli_callbacks.hpp"
#include "commands/simulate.hpp"

namespace recycled {

// Adds the command; `options` is filled in while the command line is parsed. `run` becomes what is
// to be done. All outlive `app`.
void add_simulate(CLI::App& app, SimulateOptions& options, const CommonOptions& common,
                  std::function<int()>& run);

}  // namespace recycled
