#include "intake/jsonl.hpp"

#include <sstream>

#include <doctest/doctest.h>

namespace recycled::intake {

namespace {

std::vector<Row> rows_of(const std::string& text) {
  std::istringstream in(text);
  auto reader = open_rows(in);
  REQUIRE(reader.has_value());
  std::vector<Row> rows;
  while (auto row = (*reader)->next()) rows.push_back(*row);
  return rows;
}

}  // namespace

TEST_CASE("JSONL gives the same names and texts as CSV") {
  const auto rows = rows_of(
      "\n{\"price\": 89.95, \"n\": 4, \"neg\": -2, \"big\": 123456789012345678901234567890, "
      "\"t\": true, \"none\": null, \"s\": \"a\\u00e9\"}\r\n\n{\"price\": \"1.10\"}\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].line == 2);
  CHECK(rows[0].damage == "");
  CHECK(rows[0].fields == Fields{{"price", "89.95"},
                                 {"n", "4"},
                                 {"neg", "-2"},
                                 {"big", "123456789012345678901234567890"},
                                 {"t", "true"},
                                 {"none", ""},
                                 {"s", "a\xC3\xA9"}});
  CHECK(rows[1].line == 4);
  CHECK(rows[1].fields.at("price") == "1.10");
}

TEST_CASE("a number keeps its digits and is never a floating-point one") {
  for (const char* digits :
       {"0.1", "89.950", "1e2", "0.30000000000000000004", "9007199254740993"}) {
    const auto rows = rows_of("{\"price\": " + std::string(digits) + "}\n");
    CHECK(rows.at(0).fields.at("price") == digits);
  }
}

TEST_CASE("L20: a line that is no flat object costs itself and nothing after it") {
  for (const char* bad :
       {"{\"a\": [1]}", "{\"a\": {\"b\": 1}}", "[1]", "1", "{\"a\": 1", "{\"a\": 1, \"a\": 2}",
        "{\"a\": \"\xFF\"}", "{\"a\": 1} {\"b\": 2}", "nonsense", "{'a': 1}"}) {
    CAPTURE(std::string(bad));
    const auto rows = rows_of("{\"x\": 1}\n" + std::string(bad) + "\n{\"a\": \"fine\"}\n");
    REQUIRE(rows.size() == 3);
    CHECK(rows[1].damage != "");
    CHECK(rows[1].raw == bad);
    CHECK(rows[2].damage == "");
    CHECK(rows[2].fields.at("a") == "fine");
  }
}

TEST_CASE("X4: the reason a line is no JSON repeats nothing of it") {
  const auto rows = rows_of("{\"x\": 1}\n{\"card\": 4111111111111111\"}\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].damage.find("4111") == std::string::npos);
}

TEST_CASE("a line of 1 MB is skipped and the file's end needs no line end") {
  const auto rows =
      rows_of("{\"a\": \"" + std::string(1024 * 1024, 'x') + "\"}\n# line 3: x\n{\"a\": 1}");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].damage == "the record is longer than 64 KiB");
  CHECK(rows[0].raw.empty());
  CHECK(rows[1].fields.at("a") == "1");
}

TEST_CASE("a rejected JSONL file that opens with a comment is still JSONL") {
  const auto rows = rows_of("# line 3: price is missing\n{\"a\": 1}\n");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].fields.at("a") == "1");
}

TEST_CASE("what JSONL writes it reads back") {
  std::istringstream none("{}");
  const auto writer = open_rows(none);
  const Fields fields{{"a", "say \"hi\"\n\\"}, {"b", "\xC3\xA9"}};
  const auto rows = rows_of((*writer)->write(fields) + "\n");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].fields == fields);
}

}  // namespace recycled::intake
