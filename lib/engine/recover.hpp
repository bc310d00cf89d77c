// What a process does before its first pass, and what it takes over from others later.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/context.hpp"

namespace recycled::engine {

// Of a ledger that was adopted: what left elsewhere is known to nobody here.
void note_adoption(ports::LedgerTx& tx);

// Whatever was `intended` and held by a process that is there no more may have left just before
// that died: it becomes unknown, and is resolved without a second charge (lessons.md 1). After an
// adoption (engine/seal.hpp) every one that is queued or unknown is looked for at FlexFactor first.
// How many.
async::Task<Result<std::int64_t>> recover_interrupted(const Context& context);

// When the rules are no longer those the ledger was planned with, plans every subscription in
// recycle billing anew, before the first scan. `digest` identifies the rules. Asked to stop, it
// leaves the rest to the next start. Returns how many plans changed.
async::Task<Result<std::int64_t>> replan_if_changed(const Context& context, std::string digest,
                                                    std::function<bool()> stops);

}  // namespace recycled::engine
