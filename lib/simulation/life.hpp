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

#include "report/revenue.hpp"
#include "simulation/invariants.hpp"
#include "simulation/world.hpp"

namespace recycled::simulation {

struct LifeSettings {
  int days = 60;
  std::uint64_t seed = 1;
  int subscriptions = 500;                      // at one time: who leaves is replaced
  std::filesystem::path folder;                 // of the ledger, kept; empty: a temporary one
  std::function<void(const std::string&)> log;  // each line of it; empty: none is kept
  std::function<void(int, int)> progress;       // days behind us, of so many
  Wraps wraps;                                  // of tests that plant a bug
};

using Counted = std::vector<std::pair<std::string, std::int64_t>>;  // in the order of telling

struct LifeReport {
  LifeSettings settings;
  std::string zone;
  Instant began{};
  Instant ended{};
  Counted lived;
  Counted faults;  // each kind, and how often it struck
  Checked checked;
  std::optional<report::RevenueReport> revenue;
  std::optional<Violation> violation;  // the first one ends the simulation
};

// The days of the second part: the longest expiry, grace, the last look, and time for retries.
inline constexpr int quiet_days = 28;

// The same settings give the same report and log, byte for byte. Fault::store: the folder already
// has a ledger.
Result<LifeReport> live(const LifeSettings& settings);

std::string to_text(const LifeReport& report);
std::string to_json(const LifeReport& report);

}  // namespace recycled::simulation
