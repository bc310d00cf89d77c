#include "telemetry/redact.hpp"

#include <doctest/doctest.h>

namespace recycled::telemetry {
namespace {

struct Row {
  std::string text;
  std::string expected;
};

}  // namespace

TEST_CASE("X4: card numbers are masked however their digits are grouped") {
  const Row table[] = {
      {"4000002760003184", "****************"},
      {"4000 0027 6000 3184", "**** **** **** ****"},
      {"4000-0027-6000-3184", "****-****-****-****"},
      {"4000.0027.6000.3184", "****.****.****.****"},
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
    CHECK(mask_card_numbers(row.text) == row.expected);
  }
}

TEST_CASE("X4: a card number is found among other digits that touch it") {
  // Mastercard's two ranges, American Express, JCB, Discover, Diners.
  for (const std::string card : {"5555555555554444", "2223003122003222", "378282246310005",
                                 "3530111333300000", "6011111111111117", "30569309025904"}) {
    CAPTURE(card);
    CHECK(mask_card_numbers("99" + card + " 12 26").find(card) == std::string::npos);
  }
  for (const std::string text : {"4000002760003184 12 26", "074000002760003184",
                                 "1 4000002760003184", "40000027600031841226"}) {
    CAPTURE(text);
    const std::string masked = mask_card_numbers(text);
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
                                 "4000  0027  6000  3184",  // two spaces: a table, not a card
                                 "40000027-6000-3184-0000-000000000000"}) {  // a GUID as a whole
    CAPTURE(text);
    CHECK(mask_card_numbers(text) == text);
  }
  // The same digits in a longer text are no id of ours.
  CHECK(mask_card_numbers("was 40000027-6000-3184").find("40000027") == std::string::npos);
}

TEST_CASE("text from outside cannot break a line or fool a terminal") {
  const Row table[] = {
      {"a\nb\r\tc", "a\\x0ab\\x0d\\x09c"},
      {std::string("\0", 1), "\\x00"},
      {"\x1b[31mred\x7f", "\\x1b[31mred\\x7f"},
      {"café ✓ 🂡", "café ✓ 🂡"},
      {"\xc3(", "\\xc3("},                           // a lead byte without its follower
      {"\xe2\x82", "\\xe2\\x82"},                    // cut off
      {"\x80", "\\x80"},                             // a follower alone
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond Unicode
      {"\xff", "\\xff"},
      {"\xc2\x9b", "\\xc2\\x9b"},           // a C1 control
      {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},  // a line separator
      {"\xe2\x80\xae", "\\xe2\\x80\\xae"},  // right-to-left override
      {std::string(1000, 'a'), std::string(1000, 'a')},
      {std::string(1001, 'a'), std::string(1000, 'a') + "..."},
  };
  for (const Row& row : table) {
    CAPTURE(row.text);
    CHECK(make_printable(row.text) == row.expected);
  }
}

TEST_CASE("S1: a registered secret is hidden wherever it stands and as often") {
  Redactor redactor;
  redactor.hide("s3cret");
  redactor.hide("s3cret-and-more");
  redactor.hide("s3cret");
  redactor.hide("abc");  // too short to be one
  redactor.hide("");
  CHECK(redactor.redact("s3cret s3cret") == "[hidden] [hidden]");
  CHECK(redactor.redact("as3cretb") == "a[hidden]b");
  CHECK(redactor.redact("s3cret-and-more") == "[hidden]");
  CHECK(redactor.redact("abc S3CRET") == "abc S3CRET");
}

TEST_CASE("S1: a secret of control characters is hidden before they are escaped") {
  Redactor redactor;
  redactor.hide("line\none\x01");
  CHECK(redactor.redact("<line\none\x01>") == "<[hidden]>");
}

}  // namespace recycled::telemetry
