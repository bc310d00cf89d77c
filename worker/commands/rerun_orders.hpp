// Which orders `recycled rerun` is about.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "commands/rerun.hpp"
#include "config/settings.hpp"

namespace recycled {

// Those named, those of the file, or those that declined in the period, each once and in order of
// their ids: of two orders with one card, both a plan and its run take the same one first.
// Fault::invalid: what was typed is of no use. Makes no ledger where there is none.
Result<std::vector<std::string>> orders_asked_for(const RerunOptions& options,
                                                  const config::Settings& settings, Instant now);

}  // namespace recycled
