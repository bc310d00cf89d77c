// One record as a flat JSON object. Numbers keep their own digits: 89.95 is never a floating-point
// number here.
#pragma once

#include <string>
#include <string_view>

#include "intake/row.hpp"

namespace recycled::intake {

// Puts the members into `fields`, and says what is wrong with the object; empty: nothing. No value
// is quoted.
std::string read_flat_object(std::string_view text, Fields& fields);

}  // namespace recycled::intake
