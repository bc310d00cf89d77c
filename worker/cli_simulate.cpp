#include "cli_simulate.hpp"

#include <CLI/CLI.hpp>

namespace recycled {

void add_simulate(CLI::App& app, SimulateOptions& options, const CommonOptions& common,
                  std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "simulate", "months of billing with everything going wrong, from one seed");
  command->footer(
      "Examples:\n  recycled simulate --days 60 --seed 7 --subscriptions 300\n"
      "  recycled simulate --days 60 --seed 7 --subscriptions 300 --log - | grep ' S-12 '\n"
      "Touches no config, no ledger of yours and no network. The same options give the same output "
      "and\nlog, byte for byte. Exit code 0: every invariant held; 1: one did not, and it is "
      "named.");
  command->add_option("--days", options.days, "days with faults (default 60)")
      ->check(CLI::Range(1, 3650));
  command->add_option("--seed", options.seed, "decides everything that happens (default 1)");
  command->add_option("--subscriptions", options.subscriptions, "at one time (default 500)")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("--log", options.log,
                   "write the log into FILE, or - for standard output; figures then go to standard "
                   "error")
      ->type_name("FILE");
  command->add_option("--keep", options.keep, "keep the ledger in DIR (default: it is removed)")
      ->type_name("DIR");
  common.take_json(command);
  command->callback([&options, common, &run] {
    run = [&options, common] {
      options.output = common.output();
      return run_simulate(options);
    };
  });
}

}  // namespace recycled
