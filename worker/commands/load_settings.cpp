#include "commands/load_settings.hpp"

#include <iostream>
#include <utility>

#include "config_problems.hpp"
#include "system/calendar.hpp"
#include "system/clock.hpp"
#include "system/terminal.hpp"

namespace recycled {

config::Loaded load_config(const std::filesystem::path& file) {
  return config::load(file, system::environment("CREDENTIALS_DIRECTORY").value_or(""));
}

std::optional<config::Settings> load_settings(const std::filesystem::path& file) {
  auto loaded = load_config(file);
  if (loaded) return std::move(*loaded);
  for (const config::Problem& problem : loaded.error()) {
    std::cerr << config::describe(problem, file) << '\n';
  }
  return std::nullopt;
}

std::optional<config::Settings> load_usable_settings(const std::filesystem::path& file) {
  auto settings = load_settings(file);
  if (!settings) return std::nullopt;
  const auto calendar = system::ZoneCalendar::make(settings->time_zone);
  if (!calendar) {
    std::cerr << calendar.error().message << '\n';
    return std::nullopt;
  }
  const CivilDate today = (*calendar)->day_of(system::SystemClock().now());
  const auto problems = problems_outside(*settings, **calendar, today);
  for (const config::Problem& problem : problems) {
    std::cerr << config::describe(problem, file) << '\n';
  }
  if (!problems.empty()) return std::nullopt;
  return settings;
}

}  // namespace recycled
