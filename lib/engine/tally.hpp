// What one run has done, for its summary line and the run's row in the ledger.
#pragma once

#include <string>

#include "engine/apply.hpp"
#include "ports/run_counts.hpp"

namespace recycled::engine {

struct Tally : ports::RunCounts {
  void note(const Applied& applied);
  // "scanned 12, claimed 10, …, recovered 7 (USD 629.65)": one line for people.
  std::string text() const;
};

}  // namespace recycled::engine
