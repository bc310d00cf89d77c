#include "base/utf8.hpp"

#include <doctest/doctest.h>

namespace recycled {

using namespace std::string_view_literals;

TEST_CASE("UTF-8 is well-formed or it is refused") {
  for (const auto good : {""sv, "plain"sv, "\xC3\xA9"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\x98\x80"sv,
                          "\xEF\xBF\xBF"sv, "\xF4\x8F\xBF\xBF"sv, "\xED\x9F\xBF"sv}) {
    CHECK(is_utf8(good));
  }
  for (const auto bad : {"\x80"sv, "\xC3"sv, "\xC3("sv, "\xC0\xAF"sv, "\xC1\xBF"sv,
                         "\xE0\x80\xAF"sv, "\xED\xA0\x80"sv, "\xF0\x80\x80\xAF"sv,
                         "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "a\xE2\x82"sv, "\xFF"sv}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("what is of no character is shown for what it is, and the rest stays") {
  CHECK(as_plain_utf8("").empty());
  CHECK(as_plain_utf8("caf\xc3\xa9 \xf0\x9f\x98\x80") == "caf\xc3\xa9 \xf0\x9f\x98\x80");
  CHECK(as_plain_utf8("caf\xe9!") == "caf\xef\xbf\xbd!");
  CHECK(as_plain_utf8("\xc3") == "\xef\xbf\xbd");
  CHECK(as_plain_utf8(std::string_view("\0", 1)) == "\xef\xbf\xbd");
}

}  // namespace recycled
