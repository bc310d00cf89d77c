// What `rerun` and `backfill` say of plans and of what keeps them from their work. All go to
// stderr, and give the exit code.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "commands/check.hpp"
#include "exit_code.hpp"
#include "report/plan.hpp"
#include "wiring.hpp"

namespace recycled {

// Keeps it for 30 days. Its digest.
Result<std::string> keep_plan(OpenedLedger& ledger, const report::Plan& plan);
// The plan of that digest. Fault::not_found: there is none, or it is another command's.
Result<report::Plan> stored_plan(OpenedLedger& ledger, const std::string& command,
                                 const std::string& digest);

int refuse(const std::string& command, const std::string& message, ExitCode code);
int refuse(const std::string& command, const Error& error);
// In the middle: so many were handed over before.
int refuse_after(const std::string& command, const Error& error, std::size_t handed_over);
// It was asked to stop.
int refuse_stopped(const std::string& command, std::size_t handed_over, std::size_t not_reached);
// The plan is not what would happen now: what has changed, to stdout.
int refuse_plan(const std::string& command, Output output, const std::string& digest,
                const std::vector<report::PlanChange>& changes, std::size_t handed_over);

}  // namespace recycled
