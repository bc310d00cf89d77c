// recycled backfill: the scan for the declines of a period, started by hand. Source: operations.md
// "backfill"; lessons.md 17-19.
#pragma once

#include <filesystem>
#include <string>

#include "commands/check.hpp"
#include "commands/plan_options.hpp"
#include "engine/backfill.hpp"

namespace recycled {

struct BackfillOptions {
  std::filesystem::path config;
  std::string from;  // a date or an instant
  std::string to;    // the same; a date is meant whole
  engine::BackfillChoice choice;
  int per_second = 0;  // hand-overs; 0: as fast as can be
  PlanOptions plan;
  Output output = Output::text;
};

// Each decline of the period with what became of it, and totals. Done, or needs_person when one is
// left out that only a person brings on. Failed: the plan is not what would happen now, which is
// told with what has changed; or it was stopped, and the same command does the rest.
int run_backfill(const BackfillOptions& options);

}  // namespace recycled
