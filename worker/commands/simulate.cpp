#include "commands/simulate.hpp"

#include <fstream>
#include <iostream>
#include <system_error>

#include <unistd.h>

#include "commands/load_settings.hpp"
#include "commands/progress.hpp"
#include "engine_settings.hpp"
#include "examiner_tools.hpp"
#include "exit_code.hpp"
#include "simulation/life.hpp"
#include "system/clock.hpp"
#include "system/terminal.hpp"

namespace recycled {
namespace {

int refuse(const std::string& why) {
  std::cerr << "recycled simulate: " << why << '\n';
  return to_int(ExitCode::failed);
}

// What a life needs of a config; none of its files is opened.
simulation::OwnConfig own_config(const config::Settings& settings) {
  simulation::OwnConfig own;
  own.file = settings.file.string();
  own.rules = settings.rules;
  own.time_zone = settings.time_zone;
  own.paces = paces_of(settings);
  own.scan_batch = settings.limits.scan_batch;
  own.retention = settings.retention;
  return own;
}

std::string figures_of(const simulation::LifeReport& report, const SimulateOptions& options) {
  if (options.figures == Figures::tally) return to_tally(report);
  return options.output == Output::json ? to_json(report) : to_text(report);
}

}  // namespace

int run_simulate(const SimulateOptions& options) {
  simulation::LifeSettings settings;
  if (!options.config.empty()) {
    const auto config = load_settings(options.config);
    if (!config) return to_int(ExitCode::config_invalid);
    settings.own = own_config(*config);
  }
  std::error_code failed;
  if (!options.keep.empty()) std::filesystem::create_directories(options.keep, failed);
  if (failed) return refuse(options.keep.string() + ": " + failed.message());
  std::ofstream file;
  if (!options.log.empty() && options.log != "-") {
    file.open(options.log, std::ios::trunc);
    if (!file) return refuse(options.log + " cannot be written");
  }
  std::ostream& log = options.log == "-" ? std::cout : file;
  const system::SystemClock clock;
  const auto style =
      system::is_terminal(STDERR_FILENO) ? Progress::Style::bar : Progress::Style::lines;
  const int days = options.days + simulation::quiet_days(settings);
  Progress progress(std::cerr, style, clock, days, "days");
  settings.days = options.days;
  settings.seed = options.seed;
  settings.subscriptions = options.subscriptions;
  settings.folder = options.keep;
  settings.examiner = examiner_tools;
  settings.progress = [&](int day, int) { progress.show(day, day); };
  if (!options.log.empty()) settings.log = [&](const std::string& line) { log << line << '\n'; };
  const auto report = simulation::live(settings);
  progress.finish();
  if (!report) return refuse(report.error().message);
  log.flush();
  if (!options.log.empty() && !log) return refuse("the log cannot be written");
  std::ostream& out = options.log == "-" ? std::cerr : std::cout;
  out << figures_of(*report, options) << std::flush;
  if (!out) return refuse("standard output cannot be written");
  // A tally has no place for it.
  if (report->violation && options.figures == Figures::tally) std::cerr << to_text(*report);
  return to_int(report->violation ? ExitCode::failed : ExitCode::done);
}

}  // namespace recycled
