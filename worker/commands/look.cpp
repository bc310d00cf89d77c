#include "commands/look.hpp"

#include <iostream>
#include <optional>

#include "base/card_number.hpp"
#include "commands/load_settings.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/explain.hpp"
#include "report/explain_sale.hpp"
#include "report/status.hpp"
#include "system/calendar.hpp"
#include "system/clock.hpp"

namespace recycled {
namespace {

int refuse(const char* command, const Error& error) {
  // What was asked for may have been a card number, typed by mistake.
  std::cerr << "recycled " << command << ": " << hide_card_numbers(error.message) << '\n';
  return to_int(exit_code_of(error));
}

}  // namespace

int run_status(const StatusOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto calendar = system::ZoneCalendar::make(settings->time_zone);
  if (!calendar) return refuse("status", calendar.error());
  const system::SystemClock clock;
  report::StatusReport status;
  const engine::Place here = place_of(*settings, address_of(*settings));
  const auto read = store::read_ledger(address_of(*settings), [&](ports::LedgerReader& ledger) {
    status = report::gather_status(ledger, settings->rules, **calendar, clock.now());
    status.sealed = engine::broken_seal(ledger, here);
  });
  if (!read) return refuse("status", read.error());
  std::cout << (options.output == Output::json ? to_json(status) + "\n" : to_text(status));
  const bool is_fine = status.counts.waiting_for_person == 0 && status.sealed.empty();
  return to_int(is_fine ? ExitCode::done : ExitCode::needs_person);
}

int run_explain(const ExplainOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto calendar = system::ZoneCalendar::make(settings->time_zone);
  if (!calendar) return refuse("explain", calendar.error());
  const system::SystemClock clock;
  std::optional<report::SaleExplanation> sale;
  std::optional<Result<report::Explanation>> explained;
  const auto read = look_at_ledger(*settings, [&](ports::LedgerReader& ledger) {
    sale = report::gather_sale(ledger, settings->rules, **calendar, options.id, clock.now());
    explained =
        report::gather_explanation(ledger, settings->rules, **calendar, options.id, clock.now());
  });
  if (!read) return refuse("explain", read.error());
  const bool is_json = options.output == Output::json;
  // An order and a subscription may have one id: both are told, to a program the order.
  if (sale) std::cout << (is_json ? to_json(*sale) + "\n" : to_text(*sale));
  if (sale && (is_json || !*explained)) return to_int(ExitCode::done);
  if (!*explained) return refuse("explain", explained->error());
  if (sale) std::cout << '\n';
  const report::Explanation& story = **explained;
  std::cout << (is_json ? to_json(story) + "\n" : to_text(story));
  return to_int(ExitCode::done);
}

}  // namespace recycled
