// What a monitoring system is shown, in Prometheus' text format: how things stand, and what this
// run has done so far. Source: operations.md "The service's listeners"; lessons.md 13, 22.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/money.hpp"
#include "billing/eligibility.hpp"
#include "ports/ledger.hpp"

namespace recycled::report {

// Since the run began; each only grows.
struct RunCounters {
  std::int64_t scanned = 0;
  std::int64_t claimed = 0;
  std::int64_t calls = 0;
  std::int64_t answered = 0;
  std::int64_t callbacks = 0;
  std::int64_t delivered = 0;
  std::map<billing::RecoveryState, std::int64_t> became;
  std::map<billing::NotTaken, std::int64_t> held;
  std::map<Currency, std::int64_t> recovered;  // minor units
};

struct Metrics {
  Instant at{};
  ports::Backlog backlog;
  std::optional<Instant> oldest_due;  // of what is to be handed over or looked at; past: overdue
  std::optional<ports::RunRow> last_run;
  RunCounters run;
};

// Everything but `run`. It costs what is open, not what is stored.
Metrics gather_metrics(ports::LedgerReader& ledger, Instant now);

// The content type that goes with it.
inline constexpr const char* prometheus_type = "text/plain; version=0.0.4; charset=utf-8";
// recycled_oldest_due_seconds comes first: what it says, no other figure can hide.
std::string to_prometheus(const Metrics& metrics);

}  // namespace recycled::report
