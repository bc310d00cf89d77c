#include "cli_plan.hpp"

#include <CLI/CLI.hpp>

namespace recycled {

void add_plan_options(CLI::App* command, PlanOptions& plan, const std::string& what,
                      const std::string& same) {
  auto* dry_run = command->add_flag_callback(
      "--dry-run", [&plan] { plan.mode = PlanOptions::Mode::dry_run; },
      "say " + what + ", with the digest of that plan, only");
  command
      ->add_option("--plan", plan.digest,
                   "the digest that a dry run " + same +
                       " gave: hand over exactly that, or nothing; once more goes on where it was "
                       "stopped")
      ->type_name("DIGEST")
      ->excludes(dry_run);
}

}  // namespace recycled
