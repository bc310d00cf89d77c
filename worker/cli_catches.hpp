// The command line of the safety catches: pause and resume.
#pragma once

#include <functional>

#include "cli_callbacks.hpp"
#include "commands/pause.hpp"

namespace recycled {

// Adds both commands. `run` becomes what is to be done. All outlive `app`.
void add_pause(CLI::App& app, PauseOptions& options, const CommonOptions& common,
               std::function<int()>& run);

}  // namespace recycled
