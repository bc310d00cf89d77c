#include "base/json_writer.hpp"

#include <doctest/doctest.h>

namespace recycled {

using namespace std::string_view_literals;

TEST_CASE("JSON written straight: members in order, objects in objects, empty texts left out") {
  JsonWriter made;
  made.text("a", "x");
  made.text_if_any("none", "");
  made.begin("inner");
  made.number("least", INT64_MIN);
  made.begin("empty");
  made.end();
  made.literal("yes", "true");
  made.end();
  made.number("z", 0);
  CHECK(made.is_utf8());
  CHECK(made.finish() ==
        R"({"a":"x","inner":{"least":-9223372036854775808,"empty":{},"yes":true},"z":0})");
}

TEST_CASE("JSON written straight: a text is escaped as RFC 8259 wants it, and no further") {
  std::string made;
  append_json_string(made, "\0\x01\b\t\n\f\r\x1f \"\\/\x7f\xC3\xA9"sv);
  CHECK(made == "\"\\u0000\\u0001\\b\\t\\n\\f\\r\\u001f \\\"\\\\/\x7f\xC3\xA9\"");
}

TEST_CASE("JSON written straight: one text that is not UTF-8 is remembered") {
  JsonWriter made;
  made.text("a", "\xFF");
  made.text("b", "plain");
  CHECK_FALSE(made.is_utf8());
}

}  // namespace recycled
