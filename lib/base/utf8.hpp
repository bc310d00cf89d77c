// Text as bytes of Unicode.
#pragma once

#include <string_view>

namespace recycled {

// Well-formed UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace recycled
