#include "commands/report.hpp"

#include <iostream>

#include "commands/load_settings.hpp"
#include "commands/period.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/revenue.hpp"
#include "report/revenue_csv.hpp"
#include "report/revenue_page.hpp"
#include "system/calendar.hpp"
#include "system/clock.hpp"
#include "system/files.hpp"

namespace recycled {
namespace {

int refuse(const std::string& why, ExitCode code) {
  std::cerr << "recycled report: " << why << '\n';
  return to_int(code);
}

std::string figures(const report::RevenueReport& revenue, Output output) {
  return output == Output::json ? to_json(revenue) : to_text(revenue);
}

// The report as a text, in the form that was asked for.
Result<std::string> written(const ReportOptions& options, const config::Settings& settings,
                            const ports::Calendar& calendar, const report::ReportPeriod& period) {
  const system::SystemClock clock;
  std::string text;
  const auto read = look_at_ledger(settings, [&](ports::LedgerReader& ledger) {
    if (options.form == ReportForm::csv) {
      text = report::csv_head();
      report::each_claimed(
          ledger, period, [&](const ports::ClaimedRecovery& row) { text += report::csv_row(row); });
      return;
    }
    const auto revenue =
        report::gather_revenue(ledger, calendar, settings.time_zone, period, clock.now());
    text = options.form == ReportForm::html ? to_html(revenue) : figures(revenue, options.output);
  });
  if (!read) return Failure(read.error());
  return text;
}

Result<report::ReportPeriod> read_claimed(const ReportOptions& options,
                                          const ports::Calendar& calendar) {
  const Period ever{from_millis(INT64_MIN), from_millis(INT64_MAX)};
  const auto typed = read_period(options.from, options.to, calendar, ever);
  if (!typed) return Failure(typed.error());
  report::ReportPeriod period;
  if (!options.from.empty()) period.from = typed->from;
  if (!options.to.empty()) period.to = typed->to;
  return period;
}

}  // namespace

int run_report(const ReportOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto calendar = system::ZoneCalendar::make(settings->time_zone);
  if (!calendar) return refuse(calendar.error().message, exit_code_of(calendar.error()));
  const auto period = read_claimed(options, **calendar);
  if (!period) return refuse(period.error().message, ExitCode::usage);
  const auto text = written(options, *settings, **calendar, *period);
  if (!text) return refuse(text.error().message, exit_code_of(text.error()));
  if (options.form == ReportForm::figures || options.file == "-") {
    std::cout << *text << std::flush;
    return std::cout ? to_int(ExitCode::done)
                     : refuse("standard output cannot be written", ExitCode::failed);
  }
  const auto kept = system::write_file(options.file, *text);
  if (!kept) return refuse(kept.error().message, exit_code_of(kept.error()));
  std::cout << "wrote " << options.file << '\n';
  return to_int(ExitCode::done);
}

}  // namespace recycled
