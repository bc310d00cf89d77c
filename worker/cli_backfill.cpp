#include "cli_backfill.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>

#include "cli_plan.hpp"

namespace recycled {
namespace {

constexpr int highest_rate = 10'000;

// "20/s".
std::optional<int> parse_rate(std::string_view text) {
  if (!text.ends_with("/s")) return std::nullopt;
  text.remove_suffix(2);
  int rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (rate < 1 || rate > highest_rate) return std::nullopt;
  return rate;
}

std::string check_rate(const std::string& text) {
  if (parse_rate(text)) return {};
  return "'" + text + "' is no rate from 1/s to " + std::to_string(highest_rate) + "/s";
}

void add_choice(CLI::App* command, BackfillTyped& typed) {
  engine::BackfillChoice& choice = typed.options.choice;
  command
      ->add_option_function<std::string>(
          "--reattempts",
          [&choice](const std::string& block) {
            choice.block = block == to_text(billing::Block::reattempts_4_6)
                               ? billing::Block::reattempts_4_6
                               : billing::Block::reattempts_7_9;
          },
          "those of this block only: 4-6 or 7-9 (default: both)")
      ->check(CLI::IsMember({"4-6", "7-9"}));
  command->add_option("--gateway", typed.gateway,
                      "one of yours: what was declined there; a FlexFactor gateway: what goes to "
                      "it (default: all)");
  command
      ->add_option_function<int>(
          "--limit", [&choice](int limit) { choice.limit = limit; },
          "at most so many, the oldest declines first")
      ->check(CLI::Range(1, 1'000'000'000));
}

}  // namespace

void add_backfill(CLI::App& app, BackfillTyped& typed, const CommonOptions& common,
                  std::function<int()>& run) {
  CLI::App* command = app.add_subcommand(
      "backfill", "hand over what is due of the subscriptions that declined in a period");
  command->footer(
      "Examples:\n  recycled backfill --from 2026-11-01 --to 2026-11-20 --dry-run\n"
      "  recycled backfill --from 2026-11-01 --to 2026-11-20 --plan DIGEST --rate 10/s\n"
      "  recycled backfill --from 2026-11-01 --to 2026-11-20 --reattempts 4-6 --limit 100 --json\n"
      "It works beside a running service, which sends what it hands over; else the next `once` "
      "does.\n"
      "Exit code 0: done; 3: done, but something that was left out needs a person; 1: the plan is "
      "not\nwhat would happen now, and what has changed is listed; or stopped, and the same "
      "command "
      "does the rest.");
  common.take_config(command);
  common.take_json(command);
  BackfillOptions& options = typed.options;
  command->add_option("--from", options.from, "declined since: a date or an instant")->required();
  command->add_option("--to", options.to, "declined until: likewise; a date is meant whole")
      ->required();
  add_choice(command, typed);
  command
      ->add_option_function<std::string>(
          "--rate", [&options](const std::string& rate) { options.per_second = *parse_rate(rate); },
          "hand over no more than N in a second (default: as fast as can be)")
      ->type_name("N/s")
      ->check(check_rate);
  add_plan_options(command, options.plan, "what would be handed over and what not",
                   "with the same options");
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      typed.options.config = common.config();
      typed.options.output = common.output();
      typed.options.choice.gateway = GatewayId(typed.gateway);
      return run_backfill(typed.options);
    };
  });
}

}  // namespace recycled
