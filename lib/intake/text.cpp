#include "intake/text.hpp"

#include <cstdint>

namespace recycled::intake {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

}  // namespace

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t c = byte_at(text, i);
    if (c < 0x20 || c == 0x7F) return true;
    const bool has_next = i + 1 < text.size();
    if (c == 0xC2 && has_next && byte_at(text, i + 1) < 0xA0) return true;
  }
  return false;
}

std::string printable(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string shown;
  for (const char c : text.substr(0, most)) {
    if (c == '"') {
      shown += '\'';
    } else {
      shown += c >= 0x20 && c < 0x7F ? c : '?';
    }
  }
  return text.size() > most ? shown + "..." : shown;
}

}  // namespace recycled::intake
