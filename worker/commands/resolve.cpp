#include "commands/resolve.hpp"

#include <iostream>
#include <utility>

#include "base/card_number.hpp"
#include "commands/load_settings.hpp"
#include "engine/resolve.hpp"
#include "exit_code.hpp"
#include "report/resolve.hpp"
#include "system/entropy.hpp"
#include "system/user.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

int refuse(const std::string& message, ExitCode code) {
  // What was typed for an id may have been a card number.
  std::cerr << "recycled resolve: " << hide_card_numbers(message) << '\n';
  return to_int(code);
}

}  // namespace

int run_resolve(const ResolveOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto ledger = open_ledger(*settings);
  if (!ledger) return refuse(ledger.error().message, exit_code_of(ledger.error()));
  system::KernelEntropy entropy;
  const engine::Moment moment{(*ledger)->now(), entropy.fraction(), std::nullopt};
  const engine::Resolving resolving{options.id, options.word, system::user_name(), options.note};
  std::variant<engine::Applied, std::string> said;
  const auto done = (*ledger)->write([&](ports::LedgerTx& tx) {
    said = engine::resolve(tx, resolving, (*ledger)->desk(), moment);
  });
  if (!done) return refuse(done.error().message, exit_code_of(done.error()));
  if (const auto* why_not = std::get_if<std::string>(&said)) {
    return refuse(*why_not + "; nothing was changed", ExitCode::failed);
  }
  const auto& applied = std::get<engine::Applied>(said);
  const report::ResolvedItem item{applied.before, applied.after};
  std::cout << (options.output == Output::json ? to_json(item) : to_text(item));
  return to_int(ExitCode::done);
}

}  // namespace recycled
