#include "telemetry/redact.hpp"

#include <doctest/doctest.h>

namespace recycled::telemetry {
namespace {

struct Row {
  std::string text;
  std::string expected;
};

}  // namespace

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
