// A person's word on a parked recovery: what may be said of which, and why not of others. What a
// word comes to is decide()'s, as with all other news. Source: operations.md `resolve`;
// lessons.md 12.
#pragma once

#include <optional>
#include <string_view>

#include "billing/recovery.hpp"
#include "billing/rules.hpp"

namespace recycled::billing {

struct Situation;

enum class PersonWord {
  recovered,  // it was charged, and the charge is kept
  failed,     // it was not charged, and is over: Recycle Failed
  withdrawn,  // the same, where the customer had left
  refund,     // it was charged: give it back at FlexFactor
  refunded,   // it was charged, and somebody has given it back there
  retry,      // take it up again where it was parked; never as another order
};
std::string_view to_text(PersonWord word);
std::optional<PersonWord> parse_person_word(std::string_view text);

// Nothing: the word fits. Else why it does not, as a sentence without a full stop: decide() then
// changes nothing.
std::optional<std::string_view> objection(const Recovery& recovery, PersonWord word,
                                          const Rules& rules, const Situation& situation);

}  // namespace recycled::billing
