// recycled rerun: hands declined new sales to FlexFactor by name (mission.md N1).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "commands/check.hpp"
#include "commands/plan_options.hpp"

namespace recycled {

// Which: orders by id, those of a file with an id a line, or those declined in a period. Exactly
// one of the three is given.
struct RerunOptions {
  std::filesystem::path config;
  GatewayId gateway;  // empty: the only FlexFactor gateway there is
  std::vector<std::string> orders;
  std::string file;  // "-": standard input
  std::string from;  // a date or an instant
  std::string to;    // the same; a date is meant whole
  PlanOptions plan;
  Output output = Output::text;
};

// Each order with what became of it, and totals. Done when all were handed over, needs_person when
// some were not, failed when none was. With a plan: done when it is carried out, failed when it is
// not what would happen now, which is told with what has changed.
int run_rerun(const RerunOptions& options);

}  // namespace recycled
