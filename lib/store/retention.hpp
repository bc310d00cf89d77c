// The statements that find what may be pruned; a test holds each against the index that it goes by.
#pragma once

#include "store/rows.hpp"

namespace recycled::store {

// Whose last step is done, and whose end is older; the longest ago first.
#define RECOVERIES_TO_PRUNE                                                     \
  "SELECT key FROM recovery WHERE settled_at IS NOT NULL AND pruned_at IS NULL" \
  " AND settled_at < ? AND next_at IS NULL AND ended IS NOT NULL"               \
  " ORDER BY settled_at LIMIT ?"

// Those that nobody will look at again; the oldest first.
#define CALLBACKS_TO_PRUNE                                                         \
  "SELECT c.key FROM callback AS c LEFT JOIN inbox AS i ON i.callback_key = c.key" \
  " WHERE c.pruned_at IS NULL AND c.received_at < ?"                               \
  " AND coalesce(i.result, c.result) IN ('applied', 'ignored')"                    \
  " ORDER BY c.received_at LIMIT ?"

// Those of a recovery that all their receivers have. The newest event of all, and of each receiver,
// says how far the relay has come: they stay.
inline constexpr const char* events_to_prune =
    "SELECT o.key FROM outbox AS o WHERE o.recovery_key IS NOT NULL AND o.recovery_key = ?"
    " AND o.key < (SELECT max(key) FROM outbox)"
    " AND EXISTS (SELECT 1 FROM delivery AS d WHERE d.outbox_key = o.key)"
    " AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.outbox_key = o.key"
    " AND (d.state <> 'delivered'"
    " OR d.outbox_key = (SELECT max(e.outbox_key) FROM delivery AS e WHERE e.sink = d.sink)))";

}  // namespace recycled::store
