#include "cli_sales.hpp"

#include <CLI/CLI.hpp>

#include "cli_plan.hpp"

namespace recycled {

void add_rerun(CLI::App& app, RerunTyped& typed, const CommonOptions& common,
               std::function<int()>& run) {
  CLI::App* command =
      app.add_subcommand("rerun", "hand declined new sales to FlexFactor, by order or by period");
  command->footer(
      "Examples:\n  recycled rerun O-1001 --gateway flexfactor\n"
      "  recycled rerun --from 2026-11-01 --to 2026-11-30 --gateway flexfactor --dry-run\n"
      "  recycled rerun --file orders.txt --gateway flexfactor\n"
      "Exit code 0: all were handed over; 3: some were not, each with its reason; 1: none was.\n"
      "With --plan, 0: it is carried out; 1: it is not what would happen now, and what has changed "
      "is listed.");
  common.take_config(command);
  common.take_json(command);
  RerunOptions& options = typed.options;
  auto* which = command->add_option_group("which", "which orders: one of these");
  which->add_option("ORDER", options.orders, "orders, by the merchant's ids");
  which->add_option("--file", options.file, "a file with an id a line, or - for standard input")
      ->type_name("FILE");
  auto* period = which->add_option_group("period", "all that declined in a period");
  period->add_option("--from", options.from, "a date or an instant (default: ever)");
  period->add_option("--to", options.to, "likewise; a date is meant whole (default: now)");
  which->require_option(1);
  period->require_option(0, 2);
  command->add_option("--gateway", typed.gateway,
                      "the FlexFactor gateway, named directly: never a routing profile (default: "
                      "the only one there is)");
  add_plan_options(command, options.plan, "what would be handed over", "of the same orders");
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      typed.options.config = common.config();
      typed.options.output = common.output();
      typed.options.gateway = GatewayId(typed.gateway);
      return run_rerun(typed.options);
    };
  });
}

void add_cascade(CLI::App& app, CascadeOptions& options, const CommonOptions& common,
                 std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "cascade", "ask FlexFactor at once about one declined sale whose shopper waits");
  command->footer(
      "Example:\n  recycled cascade order.json\n  shop-export O-1001 | recycled cascade - --json\n"
      "FILE holds one order as `import orders` takes it, as JSON. It works beside a running "
      "service.\n"
      "Exit code 0: approved; 1: declined or refused, with the reason; 2: not an order.");
  common.take_config(command);
  common.take_json(command);
  command->add_option("FILE", options.file, "the order, or - for standard input")->required();
  command->callback([&options, common, &run] {
    run = [&options, common] {
      options.config = common.config();
      options.output = common.output();
      return run_cascade(options);
    };
  });
}

}  // namespace recycled
