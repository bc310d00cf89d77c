// `recycled events list` and `show`: the outbox and how each event stands with each receiver, read
// from the ledger alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/ledger.hpp"

namespace recycled::report {

// Newest first, at most `limit`; of one state, or of all.
std::vector<ports::StoredEvent> gather_events(ports::LedgerReader& ledger,
                                              std::optional<ports::DeliveryState> state, int limit);
std::string to_text(const std::vector<ports::StoredEvent>& events);
std::string to_json(const std::vector<ports::StoredEvent>& events);

// Fault::not_found: the ledger has no such event.
Result<ports::StoredEvent> gather_event(ports::LedgerReader& ledger, OutboxKey key);
// With the body that its receivers get.
std::string to_text(const ports::StoredEvent& event, const std::string& body);
std::string to_json(const ports::StoredEvent& event, const std::string& body);

}  // namespace recycled::report
