// How a command that hands many over is to go about it (operations.md "backfill").
#pragma once

#include <optional>
#include <string>

namespace recycled {

struct PlanOptions {
  enum class Mode { perform, dry_run };
  Mode mode = Mode::perform;
  // The digest of a dry run: exactly what that said. Nothing: what is there now; an empty one is a
  // script's mistake and no plan's.
  std::optional<std::string> digest;
};

}  // namespace recycled
