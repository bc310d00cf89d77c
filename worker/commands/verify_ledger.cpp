#include "commands/verify_ledger.hpp"

#include <iostream>
#include <optional>
#include <utility>

#include "commands/load_settings.hpp"
#include "commands/progress.hpp"
#include "examiner_tools.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "store/inspection.hpp"
#include "system/clock.hpp"
#include "system/terminal.hpp"

namespace recycled {
namespace {

constexpr int stderr_number = 2;

}  // namespace

int run_verify_ledger(const VerifyLedgerOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto ledger =
      options.ledger.empty() ? address_of(*settings) : store::Address{options.ledger};
  const system::SystemClock clock;
  const bool terminal = system::is_terminal(stderr_number);
  const auto style = terminal ? Progress::Style::bar : Progress::Style::lines;
  std::optional<Progress> progress;
  auto tools = examiner_tools(settings->rules);
  tools.on_rows = [&progress](std::int64_t rows) { progress->show(rows, rows); };
  report::Examiner examiner(std::move(tools), clock.now(), options.head);
  if (options.ledger.empty()) note_if_away(*settings);
  const auto read = store::inspect_ledger(ledger, [&](ports::LedgerInspector& inspector) {
    progress.emplace(std::cerr, style, clock, inspector.rows());
    examiner.examine(inspector);
  });
  if (progress) progress->finish();
  if (!read && !progress) {
    std::cerr << "recycled verify: " << read.error().message << '\n';
    return to_int(exit_code_of(read.error()));
  }
  if (!read) examiner.examination().unfinished = read.error().message;
  const report::Examination& found = examiner.examination();
  std::cout << (options.output == Output::json ? to_json(found) : to_text(found));
  if (!read) {
    std::cerr << "recycled verify: not finished: " << found.unfinished << '\n';
    return to_int(ExitCode::failed);
  }
  return to_int(count_of(found) == 0 ? ExitCode::done : ExitCode::needs_person);
}

}  // namespace recycled
