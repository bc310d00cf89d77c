// From the config file to validated settings. Source: operations.md "Config (TOML)".
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

namespace recycled::config {

using Loaded = tl::expected<Settings, std::vector<Problem>>;

// A file as far as it could be understood, and every problem of it, in the order of its lines. With
// problems the settings are for one thing alone: to look for more, so that all are named at once.
struct Draft {
  std::optional<Settings> settings;  // nothing: the file is no TOML at all, or cannot be read
  std::vector<Problem> problems;
};

// Nothing but the file itself and the time zone's is read: that secrets are there is
// check_secret_files' to say. `credentials` is the folder that "credential:NAME" names files of;
// empty: there is none.
Draft draft(const std::filesystem::path& file, const std::filesystem::path& credentials = {});
Loaded load(const std::filesystem::path& file, const std::filesystem::path& credentials = {});

// The same for a text; `file` is the name relative paths count from.
Loaded parse(std::string_view text, const std::filesystem::path& file,
             const std::filesystem::path& credentials = {});

// One problem for each secret file that cannot be used: absent, empty, readable by others (S1).
std::vector<Problem> check_secret_files(const Settings& settings);

// One problem for each account whose callbacks would be refused today: none of its keys counts.
std::vector<Problem> check_signing_days(const Settings& settings, CivilDate today);

}  // namespace recycled::config
