// From the config file to validated settings. Source: operations.md "Config (TOML)".
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

namespace recycled::config {

using Loaded = tl::expected<Settings, std::vector<Problem>>;

// The settings, or every problem of the file at once, in the order of its lines. Nothing but the
// file itself and the time zone's is read: that secrets are there is check_secret_files' to say.
Loaded load(const std::filesystem::path& file);

// The same for a text; `file` is the name relative paths count from.
Loaded parse(std::string_view text, const std::filesystem::path& file);

// One problem for each secret file that cannot be used: absent, empty, readable by others (S1).
std::vector<Problem> check_secret_files(const Settings& settings);

}  // namespace recycled::config
