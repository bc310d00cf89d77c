// What a text from outside may be made of, and how it is shown without harm.
#pragma once

#include <string>
#include <string_view>

namespace recycled::intake {

// Without spaces at either end: spreadsheets leave them.
std::string trimmed(std::string_view text);

// Nothing but those.
bool is_blank(std::string_view text);

// U+0000-U+001F, U+007F, and the C1 controls of valid UTF-8.
bool has_control(std::string_view text);

// For messages: at most 60 bytes, every byte that is not printable ASCII and every double quote
// replaced, so that a message stays one line and cannot play with a terminal.
std::string printable(std::string_view text);

}  // namespace recycled::intake
