// Reads a whole file of subscriptions and hands them on in batches. One bad record costs itself and
// nothing else (lessons.md 20). Knows nothing of the ledger: the sink does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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

// A record between reading and the sink.
struct ImportRow {
  std::int64_t line = 0;
  billing::Subscription subscription;
  std::optional<ports::PlainCard> card;  // until a token stands in the subscription
  std::string refusal;                   // why it is not taken in after all
  std::string record;                    // as in Reject, of one that is or may be refused
};

// Puts a token in the place of each card, or says in `refusal` why there is none; either way the
// card is gone then. An error ends the import: what has its token goes to the sink, and what still
// has its card is in no count but `read`.
using Tokenize = std::function<Result<void>(std::vector<ImportRow>&)>;

using Sink = std::function<Result<void>(std::vector<billing::Subscription>)>;

struct ImportHooks {
  Tokenize tokenize;  // needed where RecordRules say `tokenizing`
  Sink sink;
  std::function<void(const Reject&)> on_reject;
  std::function<void(const ImportSummary&)> on_progress;  // after each batch
  std::size_t batch = 500;
};

// Records stay in the file's order, in batches that bound what is in memory. An error is the file's
// (a required column is missing: nothing was handed on), the tokenization's or the sink's (what was
// taken before stays taken; importing the file again is harmless).
Result<ImportSummary> import_subscriptions(RowReader& rows, const RecordRules& rules,
                                           const ImportHooks& hooks);

}  // namespace recycled::intake
