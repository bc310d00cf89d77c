// How the ledger's words read to a person. Sentences are without capital and full stop, so that
// they can be put together.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "billing/eligibility.hpp"
#include "billing/recovery.hpp"

namespace recycled::report {

// A duration is std::chrono's, so its words are not found by its type; the to_text of this room's
// own types would hide them.
using recycled::to_text;

std::string_view sentence(billing::RecoveryState state);  // "FlexFactor has it and …"
std::string_view sentence(billing::Reason reason);        // empty for Reason::none
std::string_view sentence(billing::Step step);            // "FlexFactor is asked about it"

// What would have to happen before a subscription that is not taken could be.
std::string_view way_out(billing::NotTaken reason);

// "80.96 USD".
std::string in_words(const Money& amount);

// "3d4h", "12m", "5s": two units at most, because nobody reads the milliseconds of an age.
std::string age(Millis duration);

// Foreign text fit for a terminal: control characters, with which a message could forge a line or
// send the terminal a command, become '?'.
std::string printable(std::string_view text);

}  // namespace recycled::report
