// A whole life from one seed: a merchant bills, declines, hands over and bills again for so many
// days while everything goes wrong; then nothing goes wrong any more and all must settle.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/examine.hpp"
#include "report/revenue.hpp"
#include "simulation/checks.hpp"
#include "simulation/world.hpp"

namespace recycled::simulation {

// A config of somebody's own, to be lived by instead of the built-in one. Nothing of it is opened.
struct OwnConfig {
  std::string file;  // for the report
  billing::Rules rules;
  std::string time_zone;
  std::map<GatewayId, engine::PaceLimits> paces;
  int scan_batch = 500;
  Millis retention{};
};

struct LifeSettings {
  int days = 60;
  std::uint64_t seed = 1;
  int subscriptions = 500;                      // at one time: who leaves is replaced
  std::filesystem::path folder;                 // of the ledger, kept; empty: a temporary one
  std::string database{};                       // of PostgreSQL's in its place: WorldSettings
  std::function<void(const std::string&)> log;  // each line of it; empty: none is kept
  std::function<void(int, int)> progress;       // days behind us, of so many
  std::optional<OwnConfig> own;                 // nothing: the built-in rules, and edits of them
  // What `verify` needs of the rooms that report does not know; empty: it is not asked.
  std::function<report::ExaminerTools(const billing::Rules&)> examiner;
  Wraps wraps;  // of tests that plant a bug
};

using Counted = std::vector<std::pair<std::string, std::int64_t>>;  // in the order of telling

struct LifeReport {
  LifeSettings settings;
  std::string zone;
  Instant began{};
  Instant ended{};
  int quiet_days = 0;  // the last ones, without faults
  Counted lived;
  Counted faults;  // each kind, and how often it struck
  Checked checked;
  std::optional<report::RevenueReport> revenue;
  std::optional<Violation> violation;  // the first one ends the simulation
};

// The days of the second part: the longest expiry, grace, the last look, and time for retries.
int quiet_days(const LifeSettings& settings);

// The same settings give the same report and log, byte for byte. Fault::store: the folder already
// has a ledger. Fault::invalid: the own config has no gateway at FlexFactor, or none to sell at.
Result<LifeReport> live(const LifeSettings& settings);

std::string to_text(const LifeReport& report);
std::string to_json(const LifeReport& report);
// A line each kind of fault: "tally", its name, how often it struck, how often all held, and what
// was lost, with tabs between. A violation is a line of its own, since nobody knows whose it is.
std::string to_tally(const LifeReport& report);

}  // namespace recycled::simulation
