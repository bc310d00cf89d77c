// A log line about a recovery: the same fields, whatever it tells.
#pragma once

#include "ports/events.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

ports::Event line_about(ports::EventName name, const ports::StoredRecovery& stored);
// The same of what it has become.
ports::Event line_about(ports::EventName name, const ports::StoredRecovery& stored,
                        const billing::Recovery& recovery);

}  // namespace recycled::engine
