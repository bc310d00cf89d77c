// Card numbers are never stored nor logged (mission.md X4). This finds them where they do not
// belong, so that the row is refused and what is shown of it is masked.
#pragma once

#include <string>
#include <string_view>

namespace recycled::intake {

// A card number (base/card_number.hpp), in one group or several with any marks and spaces between.
bool holds_card_number(std::string_view text);

// The same text with the middle of every card number starred out; first six and last four stay.
std::string mask_card_numbers(std::string_view text);

// Whether the text holds a number that was masked so: a rejected row imported as it was given back.
bool holds_masked_number(std::string_view text);

// All digits but the last four starred out, and whatever is not ASCII like a digit: for a field
// that is said to hold a card number.
std::string mask_digits(std::string_view text);

// A column of card verification values (cvv, cvc, security_code, …), which nobody may store: it is
// not read, and starred out where its record is given back.
bool is_verification_value(std::string_view column);
// Whether a text that could not be taken apart names such a column: then none of it may be kept.
bool names_verification_value(std::string_view text);

}  // namespace recycled::intake
