// The first step of every command that needs the config.
#pragma once

#include <filesystem>
#include <optional>

#include "config/load.hpp"

namespace recycled {

// The config, with systemd's credentials where this process was given some.
config::Loaded load_config(const std::filesystem::path& file);

// Nothing: all problems of the file stand on stderr, one a line, and the command ends with
// ExitCode::config_invalid.
std::optional<config::Settings> load_settings(const std::filesystem::path& file);

// The same, with all that a run needs beside the file: secrets, certificates, addresses, a folder
// for the ledger (config_problems.hpp).
std::optional<config::Settings> load_usable_settings(const std::filesystem::path& file);

}  // namespace recycled
