// What happened to one subscription, line by line: the evidence below `explain`'s sentences.
#pragma once

#include <string>
#include <vector>

#include "ports/calendar.hpp"
#include "ports/ledger.hpp"
#include "report/explain.hpp"

namespace recycled::report {

// From the rows gathered in `explanation` and the audit rows; oldest first, and what happened at
// one instant in the order decline, import, claim, attempts, callbacks, audit.
std::vector<HistoryLine> history_of(const Explanation& explanation,
                                    const std::vector<ports::AuditRow>& audit,
                                    const ports::Calendar& calendar);

// "2026-11-23T09:30:00Z (2026-11-23)".
std::string in_words(const Moment& moment);

}  // namespace recycled::report
