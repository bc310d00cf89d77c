// `recycled callbacks list` and `show`: the inbox as it stands, read from the ledger alone. Source:
// operations.md "Commands".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/ledger.hpp"

namespace recycled::report {

// Newest first, at most `limit`; of one result, or of all.
std::vector<ports::StoredCallback> gather_callbacks(ports::LedgerReader& ledger,
                                                    std::optional<ports::CallbackResult> result,
                                                    int limit);
std::string to_text(const std::vector<ports::StoredCallback>& callbacks);
std::string to_json(const std::vector<ports::StoredCallback>& callbacks);

struct CallbackStory {
  ports::StoredCallback callback;
  std::optional<ports::StoredRecovery> recovery;  // the one it is about, as it stands now
};
// Fault::not_found: the ledger has no such callback.
Result<CallbackStory> gather_callback(ports::LedgerReader& ledger, CallbackKey key);
std::string to_text(const CallbackStory& story);
std::string to_json(const CallbackStory& story);

}  // namespace recycled::report
