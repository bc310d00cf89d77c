// Card numbers in text (mission.md X4): what they look like, and how they are made harmless before
// a text is stored or shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace recycled {

inline constexpr std::size_t shortest_card_number = 13;
inline constexpr std::size_t longest_card_number = 19;

// The check digit of ISO/IEC 7812. `digits` are digits and nothing else.
bool passes_luhn(std::string_view digits);

// 13 to 19 digits that begin as the cards of some brand do and pass the Luhn check. `digits` are
// digits and nothing else. (One order number in ten passes the check; few begin like that.)
bool is_card_number(std::string_view digits);

// False: no digits stand together that could be one, and hide_card_numbers() changes nothing.
bool may_hold_card_number(std::string_view text);

// Stars out every run of 13 to 19 digits, of whatever script, that passes the Luhn check, with a
// single gap between digits (digit_run.hpp) or none: "4111-1111 1111 1111" -> "****-**** ****
// ****". In a longer run, the parts that begin like a card of a known brand and pass the check.
// GUIDs and SHA-256 in hex stay, wherever they stand: ids on the wire are the one, heads of the
// audit chain, which `verify --head` is given from the log, the other.
std::string hide_card_numbers(std::string_view text);

}  // namespace recycled
