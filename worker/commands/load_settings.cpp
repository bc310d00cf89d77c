#include "commands/load_settings.hpp"

#include <iostream>
#include <utility>

#include "config/load.hpp"

namespace recycled {

std::optional<config::Settings> load_settings(const std::filesystem::path& file) {
  auto loaded = config::load(file);
  if (loaded) return std::move(*loaded);
  for (const config::Problem& problem : loaded.error()) {
    std::cerr << config::describe(problem, file) << '\n';
  }
  return std::nullopt;
}

}  // namespace recycled
