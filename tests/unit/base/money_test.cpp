#include "base/money.hpp"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace recycled {
namespace {

Currency currency(std::string_view code) { return Currency::parse(code).value(); }

struct Spelling {
  const char* code;
  const char* text;
  std::int64_t minor;
};

TEST_CASE("a currency knows the number of its decimals (ISO 4217)") {
  struct Row {
    const char* code;
    int exponent;
  };
  const std::vector<Row> rows{
      {"JPY", 0}, {"KRW", 0}, {"VND", 0}, {"CLP", 0}, {"ISK", 0}, {"UGX", 0}, {"XAF", 0},
      {"XOF", 0}, {"XPF", 0}, {"PYG", 0}, {"RWF", 0}, {"KMF", 0}, {"GNF", 0}, {"DJF", 0},
      {"BIF", 0}, {"VUV", 0}, {"UYI", 0}, {"BHD", 3}, {"IQD", 3}, {"JOD", 3}, {"KWD", 3},
      {"LYD", 3}, {"OMR", 3}, {"TND", 3}, {"CLF", 4}, {"UYW", 4}, {"USD", 2}, {"EUR", 2},
      {"GBP", 2}, {"MRU", 2}, {"MGA", 2}, {"HUF", 2}, {"AED", 2}, {"ZWG", 2}, {"XCG", 2}};
  for (const Row& row : rows) {
    CAPTURE(row.code);
    REQUIRE(Currency::parse(row.code));
    CHECK(currency(row.code).exponent() == row.exponent);
    CHECK(currency(row.code).code() == row.code);
  }
}

TEST_CASE("a currency nobody issues is none") {
  for (const char* code :
       {"", "US", "USDX", "usd", "XXX", "XAU", "ZZZ", "HRK", "D A", "AED AFN", " AF", "ED "}) {
    CAPTURE(code);
    CHECK_FALSE(Currency::parse(code));
  }
}

TEST_CASE("the default currency is USD") { CHECK(Currency() == currency("USD")); }

TEST_CASE("money is read exactly and written back as it was") {
  const std::vector<Spelling> rows{{"USD", "89.95", 8995},    {"USD", "0.00", 0},
                                   {"USD", "0.05", 5},        {"USD", "10000000000.00", max_minor},
                                   {"JPY", "1200", 1200},     {"JPY", "0", 0},
                                   {"KWD", "1.234", 1234},    {"KWD", "0.001", 1},
                                   {"CLF", "12.3456", 123456}};
  for (const Spelling& row : rows) {
    CAPTURE(row.text);
    const auto read = parse_money(row.text, currency(row.code));
    REQUIRE(read);
    CHECK(*read == Money{row.minor, currency(row.code)});
    CHECK(to_decimal(*read) == row.text);
  }
}

TEST_CASE("fewer decimals than the currency has are filled up") {
  CHECK(parse_money("89", currency("USD"))->minor == 8900);
  CHECK(parse_money("89.9", currency("USD"))->minor == 8990);
  CHECK(parse_money("1.2", currency("KWD"))->minor == 1200);
  CHECK(parse_money("007.50", currency("USD"))->minor == 750);
}

TEST_CASE("money that is not exactly money is refused, and the error says why") {
  struct Row {
    const char* code;
    const char* text;
    const char* says;
  };
  const std::vector<Row> rows{{"USD", "", "empty"},
                              {"USD", "-1.00", "sign"},
                              {"USD", "+1.00", "sign"},
                              {"USD", "89.955", "at most 2 decimals"},
                              {"USD", "89.950", "at most 2 decimals"},
                              {"JPY", "100.0", "at most 0 decimals"},
                              {"KWD", "1.2345", "at most 3 decimals"},
                              {"USD", "1,000.00", "digits"},
                              {"USD", "89,95", "digits"},
                              {"USD", "1e3", "digits"},
                              {"USD", " 1.00", "digits"},
                              {"USD", "1.00 ", "digits"},
                              {"USD", "1. 0", "digits"},
                              {"USD", ".50", "digits"},
                              {"USD", "5.", "digits"},
                              {"USD", ".", "digits"},
                              {"USD", "1.2.3", "digits"},
                              {"USD", "0x10", "digits"},
                              {"USD", "NaN", "digits"},
                              {"USD", "10000000000.01", "larger"},
                              {"USD", "99999999999999999999999999", "larger"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto read = parse_money(row.text, currency(row.code));
    REQUIRE_FALSE(read);
    CHECK(read.error().fault == Fault::invalid);
    CHECK(read.error().message.find(row.says) != std::string::npos);
  }
}

TEST_CASE("X4: what stands in a money column by mistake is not repeated in the error") {
  for (const char* text : {"4111111111111111", "4111-1111-1111-1111"}) {
    const auto read = parse_money(text, currency("USD"));
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find("1111") == std::string::npos);
  }
}

TEST_CASE("a negative amount is written with its sign, for sums net of refunds") {
  CHECK(to_decimal(Money{-5, currency("USD")}) == "-0.05");
  CHECK(to_decimal(Money{-8995, currency("USD")}) == "-89.95");
  CHECK(to_decimal(Money{-12, currency("JPY")}) == "-12");
}

}  // namespace
}  // namespace recycled
