// recycled backfill: the scan for the declines of a period, started by hand. Source: operations.md
// "backfill"; lessons.md 17-19.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "commands/check.hpp"
#include "engine/backfill.hpp"

namespace recycled {

enum class BackfillMode { perform, dry_run };

struct BackfillOptions {
  std::filesystem::path config;
  std::string from;  // a date or an instant
  std::string to;    // the same; a date is meant whole
  engine::BackfillChoice choice;
  int per_second = 0;  // hand-overs; 0: as fast as can be
  BackfillMode mode = BackfillMode::perform;
  // The digest of a dry run: exactly what that said. Nothing: what is there now; an empty one is a
  // script's mistake and no plan's.
  std::optional<std::string> plan;
  Output output = Output::text;
};

// Each decline of the period with what became of it, and totals. Done, or needs_person when one is
// left out that only a person brings on. Failed: the plan is not what would happen now, which is
// told with what has changed; or it was stopped, and the same command does the rest.
int run_backfill(const BackfillOptions& options);

}  // namespace recycled
