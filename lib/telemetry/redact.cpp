#include "telemetry/redact.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/card_number.hpp"

namespace recycled::telemetry {
namespace {

constexpr std::size_t shortest_secret = 4;
constexpr std::size_t longest_value = 1000;

// The length of the well-formed UTF-8 character at `at` that may be shown, or 0.
std::size_t printable_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) return 0;
  std::uint32_t point = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte(at + i) & 0x3fU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  const bool control = point < 0xa0;
  const bool reorders = (point >= 0x200e && point <= 0x200f) ||
                        (point >= 0x2028 && point <= 0x202e) ||
                        (point >= 0x2066 && point <= 0x2069);
  if (overlong || surrogate || control || reorders || point > 0x10ffff) return 0;
  return length;
}

std::string escape(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'\\', 'x', digits[byte >> 4], digits[byte & 0xf]};
}

}  // namespace

std::string make_printable(std::string_view text) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (text.size() < longest_value && std::ranges::all_of(text, is_plain)) {
    return std::string(text);  // nearly all
  }
  std::string made;
  for (std::size_t i = 0; i < text.size();) {
    if (made.size() >= longest_value) return made + "...";
    const std::size_t length = printable_length(text, i);
    if (length == 0) {
      made += escape(static_cast<unsigned char>(text[i]));
    } else {
      made += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return made;
}

void Redactor::hide(std::string_view secret) {
  if (secret.size() < shortest_secret) return;
  // A secret may begin with another one: replacing the shorter first would leave the other's tail.
  const auto is_shorter = [&](const crypto::Secret& known) {
    return known.reveal().size() < secret.size();
  };
  const auto place = std::find_if(secrets_.begin(), secrets_.end(), is_shorter);
  const auto is_same = [&](const crypto::Secret& known) { return known.reveal() == secret; };
  if (std::none_of(secrets_.begin(), place, is_same)) {
    secrets_.insert(place, crypto::Secret(std::string(secret)));
  }
}

std::string Redactor::redact(std::string_view text) const {
  constexpr std::string_view hidden = "[hidden]";
  const auto holds = [text](const crypto::Secret& secret) {
    return text.find(secret.reveal()) != std::string_view::npos;
  };
  if (std::ranges::none_of(secrets_, holds)) return make_printable(hide_card_numbers(text));
  std::string open(text);
  for (const crypto::Secret& hidden_one : secrets_) {
    const std::string_view secret = hidden_one.reveal();
    for (auto at = open.find(secret); at != std::string::npos;
         at = open.find(secret, at + hidden.size())) {
      open.replace(at, secret.size(), hidden);
    }
  }
  return make_printable(hide_card_numbers(open));
}

}  // namespace recycled::telemetry
