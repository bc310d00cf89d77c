// The first step of every command that needs the config.
#pragma once

#include <filesystem>
#include <optional>

#include "config/load.hpp"

namespace recycled {

// The config, or all that is wrong with it at once: its own text, and what a run needs beside it
// (config_problems.hpp). With systemd's credentials where this process was given some.
config::Loaded load_usable(const std::filesystem::path& file);

// The config by its own text alone. Nothing: all problems of the file stand on stderr, one a line,
// and the command ends with ExitCode::config_invalid.
std::optional<config::Settings> load_settings(const std::filesystem::path& file);

// The same for load_usable.
std::optional<config::Settings> load_usable_settings(const std::filesystem::path& file);

}  // namespace recycled
