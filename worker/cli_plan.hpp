// --dry-run and --plan, of the commands that hand many over.
#pragma once

#include <string>

#include "commands/plan_options.hpp"

namespace CLI {
class App;
}

namespace recycled {

// `what` is handed over, "what would be handed over"; `same` is what the digest's dry run has to
// have been of, "of the same orders". `plan` outlives the command.
void add_plan_options(CLI::App* command, PlanOptions& plan, const std::string& what,
                      const std::string& same);

}  // namespace recycled
