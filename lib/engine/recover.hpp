// What a new process does before anything else.
#pragma once

#include "engine/context.hpp"

namespace recycled::engine {

// How the last process that worked on this ledger ended.
enum class LastRun {
  orderly,  // it joined everything it had under way: nothing is in flight
  unknown,  // it was killed, or left when its grace was over
};

// Every recovery found `intended` may have left just before the last process died: it becomes
// unknown, and is resolved without a second charge (lessons.md 1). Nothing is to be done after an
// orderly end. Returns how many.
async::Task<Result<std::int64_t>> recover_interrupted(const Context& context, LastRun last_run);

// When the rules are no longer those the ledger was planned with, plans every subscription in
// recycle billing anew. `digest` identifies the rules. Returns how many plans changed.
async::Task<Result<std::int64_t>> replan_if_changed(const Context& context, std::string digest);

}  // namespace recycled::engine
