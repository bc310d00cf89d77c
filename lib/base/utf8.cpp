#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace recycled {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

// How many bytes the well-formed character at `i` has; 0: it is not one. The table is Unicode's
// (chapter 3, table 3-7): only the second byte's range depends on the first.
std::size_t character_at(std::string_view text, std::size_t i) {
  const std::uint8_t first = byte_at(text, i);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (i + length > text.size()) return 0;
  const std::uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte_at(text, i + 1) < least || byte_at(text, i + 1) > most) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if (byte_at(text, i + k) < 0x80 || byte_at(text, i + k) > 0xBF) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = byte_at(text, i) < 0x80 ? 1 : character_at(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string as_plain_utf8(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text[i] == '\0' ? 0 : character_at(text, i);
    if (length == 0) {
      plain += "\xEF\xBF\xBD";
    } else {
      plain += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return plain;
}

}  // namespace recycled
