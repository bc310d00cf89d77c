// Card numbers in a callback (mission.md X4): none is documented to be there, and none is stored.
#pragma once

#include <string>
#include <string_view>

namespace recycled::flexfactor {

// The body as it may be stored: its very bytes, unless a card number is in it. Then that is starred
// out, in names, strings (escaped ones too) and numbers alike, and the rest means what it meant;
// the signature is that of the original.
std::string without_card_numbers(std::string_view body);

}  // namespace recycled::flexfactor
