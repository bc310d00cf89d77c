#include "base/card_number.hpp"

#include <doctest/doctest.h>

using namespace recycled;

namespace {

struct Row {
  std::string text;
  std::string expected;
};

}  // namespace

TEST_CASE("X4: card numbers are hidden however their digits are grouped") {
  const Row table[] = {
      {"4000002760003184", "****************"},
      {"4000 0027 6000 3184", "**** **** **** ****"},
      {"4000-0027-6000-3184", "****-****-****-****"},
      {"4000.0027.6000.3184", "****.****.****.****"},
      {"4000_0027_6000_3184", "****_****_****_****"},
      {"4000&nbsp;0027\xC2\xA0"
       "6000\xE2\x80\x91"
       "3184",
       "****&nbsp;****\xC2\xA0"
       "****\xE2\x80\x91"
       "****"},
      {"\xEF\xBC\x94\xD9\xA0\xDB\xB0\xE0\xA5\xA6"
       "002760003184",
       "**********************"},              // a 4 and three zeros, in four scripts
      {"378282246310005", "***************"},  // 15 digits
      {"3782 822463 10005", "**** ****** *****"},
      {"4222222222222", "*************"},              // 13 digits, the shortest
      {"6304000000000000000", "*******************"},  // 19 digits, the longest
      {"card 4000002760003184 declined", "card **************** declined"},
      {"{\"cardNumber\":\"4000002760003184\"}", "{\"cardNumber\":\"****************\"}"},
      {"x4000002760003184x", "x****************x"},
      {"4000002760003184,378282246310005", "****************,***************"},
  };
  for (const Row& row : table) {
    CAPTURE(row.text);
    CHECK(hide_card_numbers(row.text) == row.expected);
  }
}

TEST_CASE("X4: a card number is found among other digits that touch it") {
  // Mastercard's two ranges, American Express, JCB, Discover, Diners.
  for (const std::string card : {"5555555555554444", "2223003122003222", "378282246310005",
                                 "3530111333300000", "6011111111111117", "30569309025904"}) {
    CAPTURE(card);
    CHECK(hide_card_numbers("99" + card + " 12 26").find(card) == std::string::npos);
  }
  for (const std::string text : {"4000002760003184 12 26", "074000002760003184",
                                 "1 4000002760003184", "40000027600031841226"}) {
    CAPTURE(text);
    const std::string masked = hide_card_numbers(text);
    CHECK(masked.size() == text.size());
    CHECK(masked.find("****") != std::string::npos);
    for (std::size_t i = 0; i + 7 <= masked.size(); ++i) {
      CHECK("4000002760003184" != masked.substr(i, 16));
      CHECK("0002760" != masked.substr(i, 7));
    }
  }
}

TEST_CASE("X4: what is no card number stays as it is") {
  for (const std::string text : {"", "89.95", "2026-11-23T09:30:00.120Z", "token tok_5qYx",
                                 "4000002760003185",        // fails the check
                                 "400000276000",            // 12 digits
                                 "1764061234560",           // a time in milliseconds
                                 "4000  0027  6000  3184",  // two spaces: a table, not a card
                                 "40000027-6000-3184-0000-000000000000",  // a GUID
                                 "order 40000027-6000-3184-0000-000000000000, 12 more"}) {
    CAPTURE(text);
    CHECK(hide_card_numbers(text) == text);
  }
  // The same digits by themselves are no id.
  CHECK(hide_card_numbers("was 40000027-6000-3184").find("40000027") == std::string::npos);
}

TEST_CASE("X4: a card number beside a GUID is found") {
  const std::string guid = "8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d";
  CHECK(hide_card_numbers(guid + " 4000002760003184") == guid + " ****************");
  CHECK(hide_card_numbers("4000002760003184 " + guid) == "**************** " + guid);
}

TEST_CASE("X4: a hash stays as it is, and is one only with letters and as a word of its own") {
  const std::string hash = "4000002760003184" + std::string(48, 'a');
  CHECK(hide_card_numbers(hash) == hash);
  CHECK(hide_card_numbers("head " + hash + ", 12 rows") == "head " + hash + ", 12 rows");
  CHECK(hide_card_numbers(hash + "a") != hash + "a");
  const std::string digits = "4000002760003184" + std::string(48, '1');
  CHECK(hide_card_numbers(digits) != digits);
  CHECK(hide_card_numbers(hash + " 4000002760003184") == hash + " ****************");
}

TEST_CASE("X4: the check digit") {
  CHECK(passes_luhn("4000002760003184"));
  CHECK_FALSE(passes_luhn("4000002760003185"));
  CHECK_FALSE(passes_luhn("4000002760003814"));  // two digits exchanged
}
