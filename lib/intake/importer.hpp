// Reads a whole file of subscriptions and hands them on in batches. One bad record costs itself and
// nothing else (lessons.md 20). Knows nothing of the ledger: the sink does.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "billing/subscription.hpp"
#include "intake/row.hpp"
#include "intake/subscription_record.hpp"

namespace recycled::intake {

// A record that was not taken in. `record` goes to the .rejected file: card numbers are masked, and
// it is empty when the record was too long to keep. `reason` is one line without double quotes.
struct Reject {
  std::int64_t line = 0;
  std::string reason;
  std::string record;
};

struct ImportSummary {
  std::int64_t read = 0;
  std::int64_t accepted = 0;  // handed to the sink, which took them
  std::int64_t rejected = 0;
  std::vector<std::string> unknown_fields;  // each once, in the order of appearance
};

using Sink = std::function<Result<void>(std::vector<billing::Subscription>)>;

struct ImportHooks {
  Sink sink;
  std::function<void(const Reject&)> on_reject;
  std::function<void(const ImportSummary&)> on_progress;  // after each batch
  std::size_t batch = 500;
};

// An error is the file's (a required column is missing: nothing was handed on) or the sink's
// (what it took before stays taken; importing the file again is harmless).
Result<ImportSummary> import_subscriptions(RowReader& rows, const RecordRules& rules,
                                           const ImportHooks& hooks);

}  // namespace recycled::intake
