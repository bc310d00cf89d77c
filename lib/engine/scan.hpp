// Claims what is due: for each due subscription one `intended` recovery with the exact bytes that
// will leave (architecture.md "The life of one re-attempt" 1; mission.md B2). Nothing is sent here.
#pragma once

#include <cstdint>
#include <vector>

#include "async/task_group.hpp"
#include "engine/ceilings.hpp"
#include "engine/context.hpp"
#include "engine/pause.hpp"
#include "engine/tally.hpp"

namespace recycled::engine {

// Walks all that is due now in batches of at most `batch` claims a transaction, by keyset, so that
// poison at the head starves nobody (lessons.md 20). Counts into `tally`. An error of the ledger
// ends the scan; what was committed before stays claimed. In a pause nothing is claimed, and above
// a ceiling no more: what is kept back stays due, and the watches hear of it. `writing` is empty,
// and is so again at the end: in it a batch is written while the one before is told.
async::Task<Result<void>> scan(const Context& context, async::TaskGroup& writing, int batch,
                               Tally& tally, PauseWatch& pauses, CeilingWatch& ceilings);

}  // namespace recycled::engine
