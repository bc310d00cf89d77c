#include "intake/text.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "intake/card_guard.hpp"

namespace recycled::intake {

using namespace std::string_view_literals;

TEST_CASE("control characters are found and text is not mistaken for them") {
  for (const auto bad : {"a\nb"sv, "\t"sv, "\x7F"sv, "\0"sv, "\x1B[2J"sv, "\xC2\x85"sv}) {
    CHECK(has_control(bad));
  }
  for (const auto good : {""sv, "a b"sv, "\xC2\xA0"sv, "\xC3\x85"sv})
    CHECK_FALSE(has_control(good));
}

TEST_CASE("a text in a message stays one harmless line") {
  CHECK(printable("a\nb\x1B\"c\xC3\xA9") == "a?b?'c??");
  CHECK(printable(std::string(100, 'x')) == std::string(60, 'x') + "...");
  CHECK(trimmed("  a b\t") == "a b");
  CHECK(trimmed("   ") == "");
}

TEST_CASE("X4: a card number is found in every spelling and masked") {
  struct Case {
    std::string_view text;
    std::string_view masked;
  };
  const std::vector<Case> cases{
      {"4111111111111111", "411111******1111"},
      {"4111 1111 1111 1111", "4111 11** **** 1111"},
      {"4111-1111-1111-1111", "4111-11**-****-1111"},
      {"4111 - 1111 - 1111 - 1111", "4111 - 11** - **** - 1111"},
      {"card 4111111111111111.", "card 411111******1111."},
      {"12 4111 1111 1111 1111", "12 4111 11** **** 1111"},
      {"4111.1111/1111_1111", "4111.11**/****_1111"},
      {"4111\xC2\xA0"
       "1111\xE2\x80\x93"
       "1111 1111",
       "4111\xC2\xA0"
       "11**\xE2\x80\x93"
       "**** 1111"},
      {"\xEF\xBC\x94"
       "111111111111111",
       "\xEF\xBC\x94"
       "11111******1111"},
      {"4111&nbsp;1111&#160;1111 1111", "4111&nbsp;11**&#160;**** 1111"},
      {"411111 \xD9\xA1\xD9\xA1 1111 1111", "411111 **** **** 1111"},
      {"378282246310005", "378282*****0005"},
      {"3782 822463 10005", "3782 82**** *0005"},
      {"4222222222222", "422222***2222"},
      {"a4111111111111111b5555555555554444", "a411111******1111b555555******4444"},
  };
  for (const Case& row : cases) {
    CAPTURE(std::string(row.text));
    CHECK(holds_card_number(row.text));
    CHECK(mask_card_numbers(row.text) == row.masked);
    CHECK_FALSE(holds_card_number(row.masked));
  }
}

TEST_CASE("X4: a number that was masked is known for one") {
  for (const auto text : {"411111******1111"sv, "4111 11** **** 1111"sv, "************1111 4"sv}) {
    CAPTURE(std::string(text));
    CHECK(holds_masked_number(text) == !text.starts_with('*'));
  }
  CHECK(holds_masked_number("card 4111-11**-****-1111"));
  CHECK_FALSE(holds_masked_number("5 stars ***** 12345678"));
  CHECK_FALSE(holds_masked_number("4111 1111 1111"));
}

TEST_CASE("X4: what is no card number is left alone") {
  for (const auto text :
       {""sv, "4111111111111112"sv, "411111111111"sv, "2026-11-23T10:00:00.000Z"sv,
        "+1 212-555-0100"sv, "4111,1111,1111,1111"sv, "12345678901234567890"sv,
        "411111******1111"sv, "41111111111111110000000000"sv, "1700000000004"sv,
        "2017000000000005"sv, "192.168.100.255"sv, "7012345678901238"sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(holds_card_number(text));
    CHECK(mask_card_numbers(text) == text);
  }
}

TEST_CASE("X4: a field said to be a card number keeps only its last four digits") {
  CHECK(mask_digits("4111 1111 1111 1112") == "**** **** **** 1112");
  CHECK(mask_digits("123") == "123");
  CHECK(mask_digits("\xE0\xB9\x94 4111 1112") == "*** **** 1112");  // a Thai digit
}

}  // namespace recycled::intake
