// The figures of run.summary as members of its JSON line: numbers, and objects by reason and by
// currency. Their names are an interface, as those of the fields are.
#pragma once

#include <string>

#include "ports/run_counts.hpp"

namespace recycled::telemetry {

// "\"scanned\":12,\"taken\":10,\"excluded\":{\"no_card\":2},…": without braces around it. Nothing
// in it comes from outside: reasons are words of ours, currencies codes that are known.
std::string json_members(const ports::RunCounts& figures);

}  // namespace recycled::telemetry
