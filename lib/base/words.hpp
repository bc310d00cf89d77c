// Words for closed sets. A set says each word once, in a to_text that switches over all of it, so
// that the compiler finds a forgotten one; reading a word back is this.
#pragma once

#include <optional>
#include <string_view>

namespace recycled {

// The enumerator up to and including `last` whose to_text is `text`.
template <class Enum>
std::optional<Enum> parse_word(std::string_view text, Enum last) {
  for (int index = 0; index <= static_cast<int>(last); ++index) {
    const auto value = static_cast<Enum>(index);
    if (to_text(value) == text) return value;
  }
  return std::nullopt;
}

}  // namespace recycled
