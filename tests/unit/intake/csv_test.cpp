#include "intake/csv.hpp"

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

std::string refused(const std::string& text) {
  std::istringstream in(text);
  const auto reader = open_rows(in);
  REQUIRE_FALSE(reader.has_value());
  return reader.error().message;
}

}  // namespace

TEST_CASE("a CSV field is what RFC 4180 says") {
  struct Case {
    const char* text;
    const char* a;
    const char* b;
  };
  const std::vector<Case> cases{
      {"1,2\n", "1", "2"},
      {"1,2", "1", "2"},
      {"1,2\r\n", "1", "2"},
      {",\n", "", ""},
      {"\"1\",\"2\"\r\n", "1", "2"},
      {"\"1,1\",2\n", "1,1", "2"},
      {"\"say \"\"hi\"\"\",2\n", "say \"hi\"", "2"},
      {"\"\",2\n", "", "2"},
      {"\"\"\"\",2\n", "\"", "2"},
      {"#1,2\n", "#1", "2"},
      {"# line 7 of 9,2\n", "# line 7 of 9", "2"},
      {"1\rx,2\n", "1\rx", "2"},
  };
  for (const Case& row : cases) {
    CAPTURE(std::string(row.text));
    const auto rows = rows_of("a,b\n" + std::string(row.text));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].damage == "");
    CHECK(rows[0].fields.at("a") == row.a);
    CHECK(rows[0].fields.at("b") == row.b);
  }
}

TEST_CASE("a byte order mark and spaces in the header and CRLF are taken in stride") {
  std::istringstream in(
      "\xEF\xBB\xBF"
      "a, b \r\n1,2\r\n\r\n3,4\r\n");
  auto reader = open_rows(in);
  REQUIRE(reader.has_value());
  CHECK((*reader)->columns() == std::vector<std::string>{"a", "b"});
  const auto first = (*reader)->next();
  const auto second = (*reader)->next();
  CHECK(first->raw == "1,2");
  CHECK(first->line == 2);
  CHECK(second->fields.at("b") == "4");
  CHECK(second->line == 4);
  CHECK_FALSE((*reader)->next().has_value());
}

TEST_CASE("L20: a damaged record costs itself and nothing after it") {
  for (const char* bad : {"1", "1,2,3", "1\",2", "\"1\"x,2", "1,\"2\"\"\"x"}) {
    CAPTURE(std::string(bad));
    const auto rows = rows_of("a,b\n" + std::string(bad) + "\n3,4\n");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].damage != "");
    CHECK(rows[0].raw == bad);
    CHECK(rows[0].fields.empty());
    CHECK(rows[1].damage == "");
    CHECK(rows[1].line == 3);
    CHECK(rows[1].fields.at("a") == "3");
  }
}

TEST_CASE("a quote that is open at the end of its line costs that line and no other") {
  std::string text = "a,b\n1,2\n3,\"4\n";
  for (int good = 0; good < 2000; ++good) text += "5,6\n";
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 2002);
  CHECK(rows[1].line == 3);
  CHECK(rows[1].raw == "3,\"4");
  CHECK(rows[1].damage == "a quote is not closed on its line");
  for (std::size_t good = 2; good < rows.size(); ++good) CHECK(rows[good].damage.empty());
  CHECK(rows_of("a,b\n3,\"4").at(0).damage == "a quote is not closed on its line");
}

TEST_CASE("a field over several lines is refused line by line") {
  const auto rows = rows_of("a,b\n\"x\r\ny\",2\n3,4\n");
  REQUIRE(rows.size() == 3);
  CHECK_FALSE(rows[0].damage.empty());
  CHECK_FALSE(rows[1].damage.empty());
  CHECK(rows[2].line == 4);
  CHECK(rows[2].fields.at("a") == "3");
}

TEST_CASE("a field of 1 MB is skipped to the end of its record and not kept") {
  const std::string huge(1024 * 1024, 'x');
  for (const std::string& record :
       {"1," + huge, "\"" + huge + "\",2", std::string(1024 * 1024, ',')}) {
    const auto rows = rows_of("a,b\n" + record + "\n3,4\n");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].damage == "the record is longer than 64 KiB");
    CHECK(rows[0].raw.empty());
    CHECK(rows[1].fields.at("a") == "3");
  }
}

TEST_CASE("a record of exactly 64 KiB is taken and one byte more is not") {
  const std::string most(longest_record - 2, 'x');
  CHECK(rows_of("a,b\n1," + most + "\n").at(0).damage == "");
  CHECK(rows_of("a,b\n1," + most + "\r\n").at(0).damage == "");
  CHECK(rows_of("a,b\n1," + most + "x\n").at(0).damage != "");
}

TEST_CASE("the comments of a rejected file are passed over") {
  const auto rows = rows_of("a,b\n# line 12: price is bad, and so on\n1,2\n");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].fields.at("a") == "1");
}

TEST_CASE("a file that cannot be read as a whole says why") {
  CHECK(refused("").find("empty") != std::string::npos);
  CHECK(refused("\n\n").find("empty") != std::string::npos);
  CHECK(refused("a,b,a\n").find("'a' twice") != std::string::npos);
  CHECK(refused("a,,b\n").find("without a name") != std::string::npos);
  CHECK(refused("#a,b\n").find("'#'") != std::string::npos);
  CHECK(refused("\"a,b\n").find("not closed") != std::string::npos);
  CHECK(refused("\xFF\xFE"
                "a")
            .find("UTF-16") != std::string::npos);
}

TEST_CASE("X4: a first record in the header's place is not repeated in the message") {
  const std::string message = refused("4111111111111111,4111111111111111\n");
  CHECK(message.find("411111******1111") != std::string::npos);
  CHECK(message.find("4111111111111111") == std::string::npos);
}

TEST_CASE("what CSV writes it reads back") {
  const std::vector<std::string> values{"plain", "a,b", "say \"hi\"", " edge ", ""};
  std::istringstream header("a,b\n");
  const auto writer = open_rows(header);
  for (const std::string& value : values) {
    const Fields fields{{"a", value}, {"b", "2"}};
    const auto rows = rows_of("a,b\n" + (*writer)->write(fields) + "\n");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].fields == fields);
  }
}

}  // namespace recycled::intake
