// What a new process does before its first pass.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/context.hpp"

namespace recycled::engine {

// The ledger's note of the calls that may be under way: durable before the first of them leaves and
// until after the last has ended, so that a process that dies says what it left in doubt. A few are
// named; more are "any".
enum class CallsNoted { none, some, any };
CallsNoted note_calls(ports::LedgerTx& tx, const std::vector<RecoveryKey>& keys);
void note_any_calls(ports::LedgerTx& tx);
// Of a ledger that was adopted: what left elsewhere is known to nobody here.
void note_adoption(ports::LedgerTx& tx);

// Every recovery found `intended` whose call may have left just before the last process died
// becomes unknown, and is resolved without a second charge (lessons.md 1). After an adoption
// (engine/seal.hpp) every one that is queued or unknown is looked for at FlexFactor first. How
// many.
async::Task<Result<std::int64_t>> recover_interrupted(const Context& context);

// When the rules are no longer those the ledger was planned with, plans every subscription in
// recycle billing anew, before the first scan. `digest` identifies the rules. Asked to stop, it
// leaves the rest to the next start. Returns how many plans changed.
async::Task<Result<std::int64_t>> replan_if_changed(const Context& context, std::string digest,
                                                    std::function<bool()> stops);

}  // namespace recycled::engine
