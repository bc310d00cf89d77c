// What a monitoring system is shown, in Prometheus' text format: how things stand, and what this
// run has done so far. Source: operations.md "The service's listeners"; lessons.md 13, 22.
#pragma once

#include <optional>
#include <string>

#include "ports/ledger.hpp"
#include "ports/run_counts.hpp"

namespace recycled::report {

struct Metrics {
  Instant at{};
  ports::Backlog backlog;
  std::int64_t pauses = 0;            // that stand
  std::optional<Instant> oldest_due;  // of what is to be handed over or looked at; past: overdue
  std::optional<ports::RunRow> last_run;
  ports::RunCounts run;
};

// Everything but `run`. It costs what is open, not what is stored.
Metrics gather_metrics(ports::LedgerReader& ledger, Instant now);

// The content type that goes with it.
inline constexpr const char* prometheus_type = "text/plain; version=0.0.4; charset=utf-8";
// recycled_oldest_due_seconds comes first: what it says, no other figure can hide.
std::string to_prometheus(const Metrics& metrics);

}  // namespace recycled::report
