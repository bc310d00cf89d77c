#include "telemetry/redact.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace recycled::telemetry {
namespace {

constexpr std::size_t shortest_card = 13;
constexpr std::size_t longest_card = 19;
constexpr std::size_t shortest_secret = 4;
constexpr std::size_t longest_value = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_separator(char c) {
  return c == ' ' || c == '-' || c == '.' || static_cast<unsigned char>(c) < 0x20;
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool passes_luhn(std::string_view text, const std::vector<std::size_t>& places, std::size_t first,
                 std::size_t count) {
  int sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    int digit = text[places[first + count - 1 - i]] - '0';
    if (i % 2 == 1) digit *= 2;
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

// The places of the digits of the run that begins at `from`.
std::vector<std::size_t> digit_run(std::string_view text, std::size_t from) {
  std::vector<std::size_t> places;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      places.push_back(i);
    } else if (!is_separator(text[i]) || !is_digit(text[i - 1])) {
      break;
    }
  }
  return places;
}

// What Visa, Mastercard, JCB and Discover (16 digits), American Express (15) and Diners (14) issue.
bool is_issued(int first_two, std::size_t count) {
  const auto within = [first_two](int low, int high) {
    return first_two >= low && first_two <= high;
  };
  if (count == 16) {
    return within(40, 49) || within(51, 55) || within(22, 27) || within(64, 65) ||
           first_two == 35 || first_two == 60;
  }
  if (count == 15) return first_two == 34 || first_two == 37;
  return count == 14 && (first_two == 30 || first_two == 36 || first_two == 38);
}

// A run of a card's length needs only the check digit to be masked. Other digits may stand right
// beside a card number too (an expiry, a counter): parts of a run are masked if they begin like a
// real card, or else two of three long order numbers would be.
void mask_run(std::string_view text, const std::vector<std::size_t>& places, std::string& masked) {
  const auto mask_card = [&](std::size_t first, std::size_t count) {
    if (!passes_luhn(text, places, first, count)) return;
    for (std::size_t i = first; i < first + count; ++i) masked[places[i]] = '*';
  };
  const std::size_t all = places.size();
  if (all >= shortest_card && all <= longest_card) mask_card(0, all);
  for (std::size_t first = 0; first + 1 < all; ++first) {
    const int first_two = (text[places[first]] - '0') * 10 + (text[places[first + 1]] - '0');
    for (const std::size_t count : {14U, 15U, 16U}) {
      if (first + count <= all && is_issued(first_two, count)) mask_card(first, count);
    }
  }
}

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

std::string mask_card_numbers(std::string_view text) {
  std::string masked(text);
  if (is_guid(text)) return masked;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i])) continue;
    const auto places = digit_run(text, i);
    mask_run(text, places, masked);
    i = places.back();
  }
  return masked;
}

std::string make_printable(std::string_view text) {
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
  std::string open(text);
  for (const crypto::Secret& hidden_one : secrets_) {
    const std::string_view secret = hidden_one.reveal();
    for (auto at = open.find(secret); at != std::string::npos;
         at = open.find(secret, at + hidden.size())) {
      open.replace(at, secret.size(), hidden);
    }
  }
  return make_printable(mask_card_numbers(open));
}

}  // namespace recycled::telemetry
