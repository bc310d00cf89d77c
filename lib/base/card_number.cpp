#include "base/card_number.hpp"

#include <algorithm>
#include <cstddef>

#include "base/digit_run.hpp"

namespace recycled {
namespace {

constexpr std::size_t guid_length = 36;
constexpr std::size_t hash_length = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_guid(std::string_view text) {
  if (text.size() != guid_length) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

// A SHA-256 as we write it. Digits alone could be anything.
bool is_hash(std::string_view text) {
  return text.size() == hash_length && std::ranges::all_of(text, is_hex) &&
         !std::ranges::all_of(text, is_digit);
}

struct Span {
  std::size_t at = 0;
  std::size_t size = 0;
};

// The next GUID or hash that stands as a word of its own, from `from` on; nothing: the text's end.
Span next_id(std::string_view text, std::size_t from) {
  const auto is_word = [text](std::size_t at, std::size_t size) {
    const std::size_t end = at + size;
    return (at == 0 || !is_hex(text[at - 1])) && (end >= text.size() || !is_hex(text[end]));
  };
  for (std::size_t i = from; i + guid_length <= text.size(); ++i) {
    if (is_word(i, guid_length) && is_guid(text.substr(i, guid_length))) return {i, guid_length};
    if (is_word(i, hash_length) && is_hash(text.substr(i, hash_length))) return {i, hash_length};
  }
  return {text.size(), 0};
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

// A run of a card's length needs only the check digit to be hidden. Other digits may stand right
// beside a card number too (an expiry, a counter): parts of a run are hidden if they begin like a
// real card, or else two of three long order numbers would be.
void hide_in_run(const DigitRun& run, std::size_t offset, std::string& text) {
  const auto hide = [&](std::size_t first, std::size_t count) {
    if (!passes_luhn(std::string_view(run.digits).substr(first, count))) return;
    for (std::size_t i = first; i < first + count; ++i) {
      const Place place = run.places[i];
      text.replace(offset + place.at, place.size, place.size, '*');
    }
  };
  const std::size_t all = run.digits.size();
  // Milliseconds since 1970 have 13 digits too; of cards, old ones of Visa have.
  const bool is_time = all == shortest_card_number && run.digits.front() == '1';
  if (all >= shortest_card_number && all <= longest_card_number && !is_time) hide(0, all);
  for (std::size_t first = 0; first + 1 < all; ++first) {
    const int first_two = (run.digits[first] - '0') * 10 + (run.digits[first + 1] - '0');
    for (const std::size_t count : {14U, 15U, 16U}) {
      if (first + count <= all && is_issued(first_two, count)) hide(first, count);
    }
  }
}

// In what stands between two ids; `offset` is where that begins in the whole text.
void hide_in_part(std::string_view part, std::size_t offset, std::string& text) {
  for (std::size_t i = 0; i < part.size();) {
    const Sign sign = sign_at(part, i);
    if (sign.kind != Sign::Kind::digit) {
      i += sign.size;
      continue;
    }
    const DigitRun run = digit_run_at(part, i, Between::one_gap);
    hide_in_run(run, offset, text);
    i = run.end;
  }
}

// Whether there are digits enough for one; beyond ASCII any byte may begin one.
bool has_digits_for_one(std::string_view text) {
  const auto may_be_digit = [](char c) {
    return is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
  };
  return std::ranges::count_if(text, may_be_digit) >=
         static_cast<std::ptrdiff_t>(shortest_card_number);
}

}  // namespace

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit *= 2;
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

// Source: ISO/IEC 7812, the ranges of the brands in use: Mastercard and Mir 22-27, JCB, Diners and
// American Express 3, Visa 4, Mastercard and Maestro 5, Discover, UnionPay and Maestro 6, RuPay 81
// and 82, Troy 9792. Thirteen digits are old Visa cards alone.
bool is_card_number(std::string_view digits) {
  if (digits.size() < shortest_card_number || digits.size() > longest_card_number) return false;
  const int first_two = (digits[0] - '0') * 10 + (digits[1] - '0');
  const char first = digits[0];
  const bool long_enough = digits.size() > shortest_card_number || first == '4';
  const bool known = (first >= '3' && first <= '6') || (first_two >= 22 && first_two <= 27) ||
                     first_two == 81 || first_two == 82 || digits.starts_with("9792");
  return long_enough && known && passes_luhn(digits);
}

bool may_hold_card_number(std::string_view text) {
  if (!has_digits_for_one(text)) return false;  // most: the quicker look
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Sign sign = sign_at(text, i);
    if (sign.kind == Sign::Kind::digit) {
      if (++digits == shortest_card_number) return true;
    } else if (sign.kind != Sign::Kind::gap) {
      digits = 0;
    }
    i += sign.size;
  }
  return false;
}

std::string hide_card_numbers(std::string_view text) {
  std::string hidden(text);
  if (!may_hold_card_number(text)) return hidden;  // nearly all
  std::size_t from = 0;
  while (from < text.size()) {
    const Span id = next_id(text, from);
    hide_in_part(text.substr(from, id.at - from), from, hidden);
    from = id.at + id.size;
  }
  return hidden;
}

}  // namespace recycled
