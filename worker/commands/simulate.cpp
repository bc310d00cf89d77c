#include "commands/simulate.hpp"

#include <fstream>
#include <iostream>
#include <system_error>

#include <unistd.h>

#include "commands/progress.hpp"
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

}  // namespace

int run_simulate(const SimulateOptions& options) {
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
  Progress progress(std::cerr, style, clock, options.days + simulation::quiet_days, "days");
  simulation::LifeSettings settings;
  settings.days = options.days;
  settings.seed = options.seed;
  settings.subscriptions = options.subscriptions;
  settings.folder = options.keep;
  settings.progress = [&](int day, int) { progress.show(day, day); };
  if (!options.log.empty()) settings.log = [&](const std::string& line) { log << line << '\n'; };
  const auto report = simulation::live(settings);
  progress.finish();
  if (!report) return refuse(report.error().message);
  log.flush();
  if (!options.log.empty() && !log) return refuse("the log cannot be written");
  std::ostream& out = options.log == "-" ? std::cerr : std::cout;
  out << (options.output == Output::json ? to_json(*report) : to_text(*report)) << std::flush;
  if (!out) return refuse("standard output cannot be written");
  return to_int(report->violation ? ExitCode::failed : ExitCode::done);
}

}  // namespace recycled
