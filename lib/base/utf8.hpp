// Text as bytes of Unicode.
#pragma once

#include <string>
#include <string_view>

namespace recycled {

// Well-formed UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

// The same text with U+FFFD for each byte that is of no character, and for NUL, which is one and
// which many a system cannot hold.
std::string as_plain_utf8(std::string_view text);

}  // namespace recycled
