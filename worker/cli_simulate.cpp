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
      "  recycled simulate --config recycled.toml --tally\n"
      "Touches no ledger of yours, no secrets and no network; of a config it reads the text alone. "
      "The\nsame options give the same output and log, byte for byte. Exit code 0: every invariant "
      "held; 1: one\ndid not, and it is named; 78: the config does not load.");
  command->add_option("--days", options.days, "days with faults (default 60)")
      ->check(CLI::Range(1, 3650));
  command->add_option("--seed", options.seed, "decides everything that happens (default 1)");
  command->add_option("--subscriptions", options.subscriptions, "at one time (default 500)")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("--config", options.config,
                   "live by the gateways, profiles and rules of FILE (default: built-in ones)")
      ->type_name("FILE");
  command
      ->add_option("--log", options.log,
                   "write the log into FILE, or - for standard output; figures then go to standard "
                   "error")
      ->type_name("FILE");
  command->add_option("--keep", options.keep, "keep the ledger in DIR (default: it is removed)")
      ->type_name("DIR");
  common.take_json(command);
  command->add_flag_callback(
      "--tally", [&options] { options.figures = Figures::tally; },
      "a line each kind of fault instead: name, tried, survived, lost, with tabs between");
  command->callback([&options, common, &run] {
    run = [&options, common] {
      options.output = common.output();
      return run_simulate(options);
    };
  });
}

}  // namespace recycled
