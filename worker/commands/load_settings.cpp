#include "commands/load_settings.hpp"

#include <iostream>
#include <utility>

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

std::optional<config::Settings> load_settings_with_secrets(const std::filesystem::path& file) {
  auto settings = load_settings(file);
  if (!settings) return std::nullopt;
  const auto problems = config::check_secret_files(*settings);
  for (const config::Problem& problem : problems) {
    std::cerr << config::describe(problem, file) << '\n';
  }
  if (!problems.empty()) return std::nullopt;
  return settings;
}

}  // namespace recycled
