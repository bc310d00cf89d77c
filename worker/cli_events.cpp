#include "cli_events.hpp"

#include <CLI/CLI.hpp>

namespace recycled {
namespace {

const std::vector<std::string> states{"waiting", "delivered", "dead"};

void add_list(CLI::App& events, EventsTyped& typed, const CommonOptions& common,
              std::function<int()>& run) {
  CLI::App* command = events.add_subcommand("list", "the events, newest first");
  command->footer("Example:\n  recycled events list --state dead");
  common.take_config(command);
  common.take_json(command);
  command->add_option("--state", typed.state, "of one state only")->check(CLI::IsMember(states));
  command->add_option("--limit", typed.limit, "how many (default 50)")
      ->check(CLI::Range(1, 1'000'000));
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      const auto state = ports::parse_delivery_state(typed.state);
      return run_events_list({common.config(), state, typed.limit, common.output()});
    };
  });
}

void add_show(CLI::App& events, EventsTyped& typed, const CommonOptions& common,
              std::function<int()>& run) {
  CLI::App* command =
      events.add_subcommand("show", "one event: how it stands with each receiver, and its body");
  command->footer("Example:\n  recycled events show 17");
  common.take_config(command);
  common.take_json(command);
  command->add_option("KEY", typed.key, "as `list` has it")->required();
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      return run_events_show({common.config(), OutboxKey(typed.key), common.output()});
    };
  });
}

int replay(const EventsTyped& typed, const CommonOptions& common) {
  EventReplayOptions options;
  options.config = common.config();
  options.output = common.output();
  options.dead = typed.dead;
  options.keys.reserve(typed.keys.size());
  for (const std::int64_t key : typed.keys) options.keys.emplace_back(key);
  return run_events_replay(options);
}

void add_replay(CLI::App& events, EventsTyped& typed, const CommonOptions& common,
                std::function<int()>& run) {
  CLI::App* command = events.add_subcommand("replay", "have events delivered again");
  command->footer(
      "Examples:\n  recycled events replay --dead\n  recycled events replay 17 18\n"
      "Under the webhook-id they had, by the service at its next look, or by the next `once`. An "
      "event\nthat is dead at one receiver goes to that one alone, any other to all of them.");
  common.take_config(command);
  common.take_json(command);
  auto* what = command->add_option_group("what")->require_option(1);
  what->add_option("KEY", typed.keys, "as `list` has it");
  what->add_flag_callback(
      "--dead", [&typed] { typed.dead = AlsoDead::yes; }, "all that were given up");
  command->callback(
      [&typed, common, &run] { run = [&typed, common] { return replay(typed, common); }; });
}

}  // namespace

void add_events(CLI::App& app, EventsTyped& typed, const CommonOptions& common,
                std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("events", "what the merchant's systems are told");
  command->footer("Example:\n  recycled events list --state waiting");
  command->require_subcommand(1);
  add_list(*command, typed, common, run);
  add_show(*command, typed, common, run);
  add_replay(*command, typed, common, run);
}

}  // namespace recycled
