// What the readers of the config's parts share while one file is read. Only lib/config/*.cpp and
// their tests include this; the rest of the program sees load.hpp.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "config/settings.hpp"

namespace recycled::config {

struct Reading {
  Settings settings;
  std::vector<Problem> problems;
  std::set<std::string> cascade_profiles;  // their ids, known before anything refers to one
  std::filesystem::path credentials;       // systemd's folder of them; empty if there is none

  // Relative paths count from the config's folder, so that cron's working directory is no matter.
  std::filesystem::path resolve(const std::string& path) const;
  // The same for the name of a secret file, which may be "credential:NAME".
  crypto::SecretFile resolve_secret(Section& section, const Text& name);
  Section section(const Value& table, std::string name);
  // The section of a [[table]], named by its id once that is read.
  Section section_with_id(const Value& table, std::string_view kind, std::set<std::string>& seen);

  // The gateway of that name, or null, which has been reported.
  const billing::Gateway* gateway(Section& section, std::string_view key, const Text& id);
  // Reads `cascade`, which names a cascade profile (mission.md C1). Empty: it is not there.
  CascadeProfileId cascade(Section& section);
};

inline constexpr std::string_view flexfactor_kind = "flexfactor";

// [store] [account] [callbacks] [api]
void read_service(Section& root, Reading& reading);
// [schedule] [limits]
void read_schedule(Section& root, Reading& reading);
// Of [limits], the ceilings and the breaker.
void read_catches(Section& limits, Reading& reading);
// [events]
void read_events(Section& root, Reading& reading);
// The text of `key`, which is a web address: https://, or http:// to this machine alone. What else
// it is has been reported, and nothing comes back.
std::optional<Text> web_address(Section& section, std::string_view key);
// [[gateway]]; before all that follow, which refer to gateways.
void read_gateways(Section& root, Reading& reading);
// hmac_signing_key_files of one of them.
std::vector<SigningKeyFile> read_signing_keys(Section& section, Reading& reading);
// [[recycle_profile]]: mission.md B1
void read_profiles(Section& root, Reading& reading);
// [[campaign]] [[decline_mapping]] [[cascade_profile]] [[routing_profile]]: mission.md S4, H2, H3,
// C1, C5
void read_lists(Section& root, Reading& reading);

}  // namespace recycled::config
