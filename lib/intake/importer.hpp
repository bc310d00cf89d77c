// Reads a whole file of subscriptions or of new sales and hands them on in batches. One bad record
// costs itself and nothing else (lessons.md 20). Knows nothing of the ledger: the sink does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "billing/sale.hpp"
#include "billing/subscription.hpp"
#include "intake/record.hpp"
#include "intake/row.hpp"

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

// A card between reading its record and the sink.
struct ImportCard {
  std::optional<ports::PlainCard> card;  // until there is a token or a refusal
  std::string token;
  std::string refusal;  // why its record is not taken in after all
};

// Puts a token beside each card, or says in `refusal` why there is none; either way the card is
// gone then. An error ends the import: what has its token goes to the sink, and what still has its
// card is in no count but `read`.
using Tokenize = std::function<Result<void>(std::vector<ImportCard>&)>;

template <class Item>  // billing::Subscription or billing::Sale
using Sink = std::function<Result<void>(std::vector<Item>)>;

struct ImportHooks {
  Tokenize tokenize;  // needed where RecordRules say `tokenizing`
  std::function<void(const Reject&)> on_reject;
  std::function<void(const ImportSummary&)> on_progress;  // after each batch
  std::size_t batch = 500;
};

// Records stay in the file's order, in batches that bound what is in memory. An error is the file's
// (a required column is missing: nothing was handed on), the tokenization's or the sink's (what was
// taken before stays taken; importing the file again is harmless).
Result<ImportSummary> import_subscriptions(RowReader& rows, const RecordRules& rules,
                                           const ImportHooks& hooks,
                                           const Sink<billing::Subscription>& sink);
Result<ImportSummary> import_sales(RowReader& rows, const RecordRules& rules,
                                   const ImportHooks& hooks, const Sink<billing::Sale>& sink);

}  // namespace recycled::intake
