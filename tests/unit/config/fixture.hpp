// A config that is right, for tests to spoil in one place at a time.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "config/load.hpp"

namespace recycled::config::fixture {

inline const std::string good = R"toml([store]
url = "sqlite:data/ledger.db"
[account]
time_zone = "Europe/Berlin"
[[gateway]]
id = "nmi_1"
kind = "nmi"
[[gateway]]
id = "nmi_2"
kind = "nmi"
[[gateway]]
id = "ff"
kind = "flexfactor"
environment = "live"
mid = "m"
site_id = "s"
app_key_file = "secrets/key"
app_secret_file = "/etc/secret"
[[recycle_profile]]
id = "standard"
apply_to_gateways = ["nmi_1"]
gateway_4_6 = "ff"
[[recycle_profile.reattempt]]
number = 4
days = 3
)toml";

inline Loaded read(std::string_view text) { return parse(text, "/etc/recycled/recycled.toml"); }

inline Settings accepted(std::string_view text) {
  auto loaded = read(text);
  if (!loaded) {
    for (const Problem& problem : loaded.error()) MESSAGE(describe(problem, "config"));
  }
  REQUIRE(loaded.has_value());
  return *loaded;
}

inline std::vector<Problem> refused(std::string_view text) {
  const auto loaded = read(text);
  REQUIRE_FALSE(loaded.has_value());
  return loaded.error();
}

// The good config with one piece of it replaced, which must be there.
inline std::string with(std::string_view old_piece, std::string_view new_piece) {
  std::string text = good;
  const auto at = text.find(old_piece);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_piece.size(), new_piece);
}

inline bool mentions(const Problem& problem, std::string_view piece) {
  return describe(problem, "config").find(piece) != std::string::npos;
}

inline bool mentions(const std::vector<Problem>& problems, std::string_view piece) {
  const auto has = [piece](const Problem& problem) { return mentions(problem, piece); };
  return std::any_of(problems.begin(), problems.end(), has);
}

}  // namespace recycled::config::fixture
