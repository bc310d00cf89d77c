#include "commands/load_settings.hpp"

#include <iostream>
#include <utility>
#include <vector>

#include "config_problems.hpp"
#include "system/terminal.hpp"

namespace recycled {

namespace {

std::filesystem::path credentials() {
  return system::environment("CREDENTIALS_DIRECTORY").value_or("");
}

std::optional<config::Settings> or_told(config::Loaded loaded, const std::filesystem::path& file) {
  if (loaded) return std::move(*loaded);
  for (const config::Problem& problem : loaded.error()) {
    std::cerr << config::describe(problem, file) << '\n';
  }
  return std::nullopt;
}

}  // namespace

config::Loaded load_usable(const std::filesystem::path& file) {
  config::Draft draft = config::draft(file, credentials());
  std::vector<config::Problem> problems = std::move(draft.problems);
  if (draft.settings) {
    const auto outside = problems_outside(*draft.settings);
    problems.insert(problems.end(), outside.begin(), outside.end());
  }
  if (problems.empty()) return std::move(*draft.settings);
  return tl::unexpected(std::move(problems));
}

std::optional<config::Settings> load_settings(const std::filesystem::path& file) {
  return or_told(config::load(file, credentials()), file);
}

std::optional<config::Settings> load_usable_settings(const std::filesystem::path& file) {
  return or_told(load_usable(file), file);
}

}  // namespace recycled
