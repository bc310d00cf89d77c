// What records of every kind have in common: what they are judged by, and the guard over card data.
// Source: operations.md "Import formats", mission.md X4.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "billing/rules.hpp"
#include "intake/plain_card.hpp"
#include "intake/row.hpp"
#include "ports/calendar.hpp"

namespace recycled::intake {

// What a record is judged by. The references must outlive it.
struct RecordRules {
  const billing::Rules& rules;
  const ports::Calendar& calendar;  // the account's: a date alone is the start of that civil day
  Instant now;                      // nothing has been declined after this
  std::optional<Tokenizing> tokenizing{};  // absent: a card_number refuses its record
};

// Whether a card number or a verification value is in it, and the same fields with those masked.
bool holds_card_data(const Fields& fields);
Fields masked(Fields fields);

}  // namespace recycled::intake
