// The audit trail as a chain: each row's hash is over its own content and the hash of the row
// before it. Whoever changes, takes out or swaps a row breaks it there. It has no secret: whoever
// can write the ledger can make a new chain, but not one with a head that a log line has shown
// before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "base/time.hpp"
#include "ports/subject.hpp"

namespace recycled::ports {

struct AuditRow {
  Instant at{};
  std::optional<RecoveryKey> recovery;
  Subject subject;
  std::string event;   // an event name of the log's table
  std::string before;  // state
  std::string after;   // state
  std::string reason;
};

// Where the chain ends.
struct AuditHead {
  std::int64_t rows = 0;
  std::string hash;  // of the last row, or where the chain begins
  bool operator==(const AuditHead&) const = default;
};

// An audit row as it is stored.
struct ChainedRow {
  std::int64_t key = 0;  // 1 for the first, then one more for each
  AuditRow row;
  std::string claim;  // of a claim's row: the digest of what was claimed; else empty
  std::string hash;   // stored; empty: it has none
};

// In the place of a hash before the first row.
std::string origin_of_chain(const InstallationId& installation);

// The hash of a row that follows one of the hash `before`: SHA-256 in hex, over length-prefixed
// text. What `row.hash` says does not count.
std::string link_after(const std::string& before, const ChainedRow& row);

// A text with its length in front, so that no two lists of texts look alike.
std::string prefixed(const std::string& text);

}  // namespace recycled::ports
