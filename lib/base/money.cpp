#include "base/money.hpp"

#include <algorithm>

namespace recycled {
namespace {

// ISO 4217, the active national currencies and funds codes, by the number of their decimals.
// Metals, testing codes and units without a minor unit are nobody's price and are left out.
constexpr std::string_view no_decimals =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view two_decimals =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK "
    "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
    "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST "
    "XCD XCG YER ZAR ZMW ZWG";
constexpr std::string_view three_decimals = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view four_decimals = "CLF UYW";

constexpr bool lists(std::string_view codes, std::string_view code) {
  for (std::size_t at = 0; at < codes.size(); at += 4) {
    if (codes.substr(at, 3) == code) return true;
  }
  return false;
}

std::optional<int> exponent_of(std::string_view code) {
  if (code.size() != 3) return std::nullopt;
  if (lists(two_decimals, code)) return 2;
  if (lists(no_decimals, code)) return 0;
  if (lists(three_decimals, code)) return 3;
  if (lists(four_decimals, code)) return 4;
  return std::nullopt;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// No message repeats the text: in a file with shifted columns it may be a card number (X4).
Failure refuse(std::string why) { return fail(Fault::invalid, std::move(why)); }

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
  if (!exponent_of(code)) return std::nullopt;
  Currency currency;
  std::copy(code.begin(), code.end(), currency.code_.begin());
  return currency;
}

int Currency::exponent() const { return exponent_of(code()).value(); }

Result<Money> parse_money(std::string_view text, Currency currency) {
  if (text.empty()) return refuse("the amount is empty");
  if (text.front() == '+' || text.front() == '-') {
    return refuse("an amount carries no sign");
  }
  const std::size_t point = text.find('.');
  const bool has_point = point != std::string_view::npos;
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = has_point ? text.substr(point + 1) : std::string_view();
  if (!all_digits(whole) || (has_point && !all_digits(part))) {
    return refuse("an amount is digits with at most one decimal point between them, like 89.95");
  }
  const auto decimals = static_cast<std::size_t>(currency.exponent());
  if (part.size() > decimals) {
    return refuse("an amount in " + std::string(currency.code()) + " has at most " +
                  std::to_string(decimals) + " decimals");
  }
  std::string digits(whole);
  digits.append(part).append(decimals - part.size(), '0');
  std::int64_t minor = 0;
  for (const char digit : digits) {
    minor = minor * 10 + (digit - '0');
    if (minor > max_minor) return refuse("the amount is larger than any we take in");
  }
  return Money{minor, currency};
}

std::string to_decimal(Money amount) {
  const bool negative = amount.minor < 0;
  std::string digits = std::to_string(amount.minor);
  if (negative) digits.erase(0, 1);
  const auto decimals = static_cast<std::size_t>(amount.currency.exponent());
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, ".");
  return negative ? "-" + digits : digits;
}

}  // namespace recycled
