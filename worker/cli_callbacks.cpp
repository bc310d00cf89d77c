#include "cli_callbacks.hpp"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>

#include "commands/callback_inbox.hpp"
#include "http/message.hpp"

namespace recycled {
namespace {

const std::vector<std::string> results{"applied", "ignored", "unmatched", "failed", "unreadable"};

// "2026-11-20T08:30:15Z", or as the header has it.
std::optional<Instant> parse_at(const std::string& text) {
  const auto instant = parse_instant(text);
  return instant ? instant : http::parse_http_date(text);
}

std::string check_at(const std::string& text) {
  if (parse_at(text)) return {};
  return "'" + text + "' is no instant such as 2026-11-20T08:30:15Z";
}

std::string check_host(const std::string& text) {
  if (!text.empty() && text.find_first_of("/@ ") == std::string::npos) return {};
  return "'" + text + "' is more than a host: write it as in callbacks.public_host, such as " +
         "callbacks.example.com";
}

void add_list(CLI::App& callbacks, CallbacksTyped& typed, const CommonOptions& common,
              std::function<int()>& run) {
  CLI::App* command = callbacks.add_subcommand("list", "the stored callbacks, newest first");
  command->footer("Example:\n  recycled callbacks list --result unmatched");
  common.take_config(command);
  common.take_json(command);
  command->add_option("--result", typed.result, "of one result only")
      ->check(CLI::IsMember(results));
  command->add_option("--limit", typed.limit, "how many (default 50)")
      ->check(CLI::Range(1, 1'000'000));
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      const auto result = ports::parse_callback_result(typed.result);
      return run_callbacks_list({common.config(), result, typed.limit, common.output()});
    };
  });
}

void add_show(CLI::App& callbacks, CallbacksTyped& typed, const CommonOptions& common,
              std::function<int()>& run) {
  CLI::App* command =
      callbacks.add_subcommand("show", "one callback: headers and body, and what became of it");
  command->footer(
      "Example:\n  recycled callbacks show 17\n"
      "Headers and body are as they came, but for card numbers, which are masked.");
  common.take_config(command);
  common.take_json(command);
  command->add_option("KEY", typed.key, "as `list` has it")->required();
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      return run_callbacks_show({common.config(), CallbackKey(typed.key), common.output()});
    };
  });
}

int replay(const CallbacksTyped& typed, const CommonOptions& common) {
  CallbackReplayOptions options;
  options.config = common.config();
  options.output = common.output();
  for (const std::int64_t key : typed.keys) options.keys.emplace_back(key);
  options.all_of = ports::parse_callback_result(typed.result);
  return run_callbacks_replay(options);
}

void add_replay(CLI::App& callbacks, CallbacksTyped& typed, const CommonOptions& common,
                std::function<int()>& run) {
  CLI::App* command =
      callbacks.add_subcommand("replay", "process stored callbacks again, as if they just came");
  command->footer(
      "Examples:\n  recycled callbacks replay 17 18\n  recycled callbacks replay --unmatched\n"
      "Works beside the service. News that was acted upon changes nothing a second time. Exit code "
      "3:\none of them is still not applied.");
  common.take_config(command);
  common.take_json(command);
  auto* what = command->add_option_group("what")->require_option(1);
  what->add_option("KEY", typed.keys, "as `list` has it");
  for (const char* result : {"failed", "unmatched"}) {
    what->add_flag_callback(
        std::string("--") + result, [&typed, result] { typed.result = result; },
        std::string("all that are ") + result);
  }
  command->callback(
      [&typed, common, &run] { run = [&typed, common] { return replay(typed, common); }; });
}

void add_verify(CLI::App& callbacks, CallbacksTyped& typed, const CommonOptions& common,
                std::function<int()>& run) {
  CLI::App* command = callbacks.add_subcommand(
      "verify", "whether a callback's signature holds, and if not, which part differs");
  command->footer(
      "Example:\n  recycled callbacks verify --host callbacks.example.com --headers headers.txt "
      "\\\n"
      "    --body body.json --at 2026-11-20T08:30:15Z\n"
      "The headers are lines \"Name: value\". Exit code 0: it holds, 1: it does not.");
  common.take_config(command);
  common.take_json(command);
  command->add_option("--host", typed.host, "the host that FlexFactor signs")
      ->required()
      ->check(check_host);
  command->add_option("--headers", typed.headers, "a file of the request's headers")
      ->type_name("FILE")
      ->required();
  command->add_option("--body", typed.body, "a file of its body, byte for byte")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--key-file", typed.key_file,
                   "a signing key in base64 (default: the config's, with its window)")
      ->type_name("FILE");
  command->add_option("--at", typed.at, "the clock to judge the date by (default: now)")
      ->check(check_at);
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      const auto at = parse_at(typed.at);
      return run_callbacks_verify({common.config(), typed.host, typed.headers, typed.body,
                                   typed.key_file, at, common.output()});
    };
  });
}

}  // namespace

void add_callbacks(CLI::App& app, CallbacksTyped& typed, const CommonOptions& common,
                   std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("callbacks", "the inbox: what FlexFactor has reported");
  command->footer("Example:\n  recycled callbacks list --result failed");
  command->require_subcommand(1);
  add_list(*command, typed, common, run);
  add_show(*command, typed, common, run);
  add_replay(*command, typed, common, run);
  add_verify(*command, typed, common, run);
}

}  // namespace recycled
