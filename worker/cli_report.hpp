// The command line of `recycled report`.
#pragma once

#include <functional>

#include "cli_callbacks.hpp"
#include "commands/report.hpp"

namespace recycled {

// Adds the command; `options` is filled in while the command line is parsed. `run` becomes what is
// to be done. All outlive `app`.
void add_report(CLI::App& app, ReportOptions& options, const CommonOptions& common,
                std::function<int()>& run);

}  // namespace recycled
