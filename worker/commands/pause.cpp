#include "commands/pause.hpp"

#include <iostream>

#include "commands/load_settings.hpp"
#include "engine/pause.hpp"
#include "exit_code.hpp"
#include "report/pause.hpp"
#include "system/user.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

int refuse(const char* command, const Error& error) {
  std::cerr << "recycled " << command << ": " << error.message << '\n';
  return to_int(exit_code_of(error));
}

}  // namespace

int run_pause(const PauseOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto ledger = open_ledger(*settings);
  if (!ledger) return refuse("pause", ledger.error());
  ports::Pause pause;
  const Instant now = (*ledger)->now();
  const auto done = (*ledger)->write([&](ports::LedgerTx& tx) {
    pause = engine::pause_all(tx, system::user_name(), options.reason, now);
  });
  if (!done) return refuse("pause", done.error());
  if (options.output == Output::json) {
    std::cout << report::to_json({pause});
    return to_int(ExitCode::done);
  }
  std::cout << (pause.at == now ? "paused: " : "paused before: ") << report::line_of(pause);
  std::cout << "nothing new is claimed or handed over until `recycled resume`; results are taken\n";
  return to_int(ExitCode::done);
}

int run_resume(const PauseOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto ledger = open_ledger(*settings);
  if (!ledger) return refuse("resume", ledger.error());
  std::optional<ports::Pause> ended;
  engine::Pauses standing;
  const auto done = (*ledger)->write([&](ports::LedgerTx& tx) {
    ended = engine::resume(tx, GatewayId(options.gateway), system::user_name(), (*ledger)->now());
    standing = tx.pauses();
  });
  if (!done) return refuse("resume", done.error());
  const auto code = standing.empty() ? ExitCode::done : ExitCode::needs_person;
  if (options.output == Output::json) {
    std::cout << report::to_json(ended ? engine::Pauses{*ended} : engine::Pauses{});
    return to_int(code);
  }
  std::cout << (ended ? "resumed what was paused: " + report::line_of(*ended)
                      : std::string("nothing was paused\n"));
  for (const ports::Pause& pause : standing) {
    std::cout << "still paused: " << report::line_of(pause);
  }
  return to_int(code);
}

}  // namespace recycled
