// Money is an integer of a currency's minor units. No floating point comes near it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace recycled {

// An ISO 4217 code. Only known currencies exist: parse is the one way in.
class Currency {
 public:
  Currency() = default;  // USD
  static std::optional<Currency> parse(std::string_view code);

  std::string_view code() const { return {code_.data(), code_.size()}; }
  // Digits after the decimal point: 2 for USD, 0 for JPY, 3 for KWD.
  int exponent() const;

  auto operator<=>(const Currency&) const = default;

 private:
  std::array<char, 3> code_{'U', 'S', 'D'};
};

struct Money {
  std::int64_t minor = 0;
  Currency currency;

  auto operator<=>(const Money&) const = default;
};

// The largest amount taken in, in minor units: far below where any arithmetic here could overflow.
inline constexpr std::int64_t max_minor = 1'000'000'000'000;

// Reads a decimal in major units ("89.95") exactly: an optional sign is refused, as is a digit more
// than the currency has, a thousands separator, an exponent, white space. The error says which.
Result<Money> parse_money(std::string_view text, Currency currency);

// "89.95": the inverse of parse_money.
std::string to_decimal(Money amount);

}  // namespace recycled
