// What happened to one subscription or sale, line by line: the evidence below `explain`'s
// sentences.
#pragma once

#include <string>
#include <vector>

#include "ports/calendar.hpp"
#include "ports/ledger.hpp"
#include "report/explain.hpp"

namespace recycled::report {

// Each recovery of one with its attempts and callbacks, oldest first.
std::vector<RecoveryStory> stories_of(ports::LedgerReader& ledger, const ports::Subject& subject);

// What the merchant's row says of its past.
struct RowPast {
  const std::optional<billing::Declined>& declined;
  Instant imported_at{};
};

// Oldest first, and what happened at one instant in the order decline, import, claim, attempts,
// callbacks, audit.
std::vector<HistoryLine> history_of(const RowPast& past,
                                    const std::vector<RecoveryStory>& recoveries,
                                    const std::vector<ports::AuditRow>& audit,
                                    const ports::Calendar& calendar);

// The sentences, and the history below them, as `explain` prints them.
std::string story_text(const std::vector<std::string>& sentences,
                       const std::vector<HistoryLine>& history);

// "2026-11-23T09:30:00Z (2026-11-23)".
std::string in_words(const Moment& moment);

}  // namespace recycled::report
