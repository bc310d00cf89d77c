// recycled check --online: what only the world can say about a config.
#pragma once

#include "commands/check.hpp"
#include "config/settings.hpp"

namespace recycled {

// For a config and secrets that are in order. Asks each account for a token, and looks at clock,
// callback host, disk and ledger. The exit code: failed when FlexFactor cannot be reached,
// needs_person for a problem, done for warnings.
int run_check_online(const CheckOptions& options, const config::Settings& settings);

}  // namespace recycled
