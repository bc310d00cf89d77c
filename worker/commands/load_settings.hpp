// The first step of every command that needs the config.
#pragma once

#include <filesystem>
#include <optional>

#include "config/settings.hpp"

namespace recycled {

// Nothing: all problems of the file stand on stderr, one a line, and the command ends with
// ExitCode::config_invalid.
std::optional<config::Settings> load_settings(const std::filesystem::path& file);

}  // namespace recycled
