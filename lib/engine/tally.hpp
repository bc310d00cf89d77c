// What one run has done, for its summary line and the run's row in the ledger.
#pragma once

#include "engine/apply.hpp"
#include "ports/run_counts.hpp"

namespace recycled::engine {

struct Tally : ports::RunCounts {
  void note(const Applied& applied);
  void note_claim(const ports::StoredRecovery& claimed);
  void note_sending(const ports::Attempt& attempt);  // of any call; counts hand-overs
};

}  // namespace recycled::engine
