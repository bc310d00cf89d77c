#include "shape.hpp"

#include <map>

#include <doctest/doctest.h>

namespace recycled::tidy {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string made;
  for (int i = 0; i < times; ++i) made += text;
  return made;
}

std::string function_of(int lines) {
  return "int f() {\n" + repeated("  g();\n", lines - 2) + "}\n";
}

Findings sizes(const std::string& text) { return check_size(make_source("x.cpp", text)); }
Findings names(const std::string& text) { return check_test_names(make_source("x.cpp", text)); }

const std::vector<std::string> everything{"lib", "worker", "tests"};

}  // namespace

TEST_CASE("tidy: files and lines and functions keep within their limits") {
  Findings findings;
  for (const Source& source : read_sources(everything)) append(findings, check_size(source));
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy: nothing is marked as left undone") {
  Findings findings;
  for (const Source& source : read_sources(everything)) {
    append(findings, check_loose_ends(source));
  }
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy: every test case has a name that CTest can run") {
  Findings findings;
  for (const Source& source : read_sources({"tests"})) append(findings, check_test_names(source));
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy itself: a limit holds and one more is found") {
  CHECK(sizes(repeated("int a;\n", 400)).empty());
  CHECK(sizes(repeated("int a;\n", 401)).size() == 1);
  CHECK(sizes(std::string(100, 'a') + "\n").empty());
  CHECK(sizes(std::string(101, 'a') + "\n").size() == 1);
  CHECK(sizes("// " + repeated("…", 97) + "\n").empty());
  CHECK(sizes("// " + repeated("…", 98) + "\n").size() == 1);
  CHECK(sizes(function_of(70)).empty());
  CHECK(sizes(function_of(71)).size() == 1);
}

TEST_CASE("tidy itself: a long function is found wherever it hides") {
  const std::string body = repeated("  g();\n", 80) + "}\n";
  for (const std::string& text : {
           "namespace a::b {\nclass C {\n public:\n  void f() const override {\n" + body +
               "};\n}\n",
           "struct C {\n  C() : a_{1}, b_(2) {\n" + body + "};\n",
           "template <class T>\nauto f(struct X x) -> int {\n" + body,
           "TEST_CASE(\"a { b\") {\n" + body,
           "enum class E { a, b };\nvoid f() {\n  if (x) {\n  }\n" + body,
       }) {
    CAPTURE(text.substr(0, 60));
    CHECK(sizes(text).size() == 1);
  }
}

TEST_CASE("tidy itself: a long class or table is no function") {
  CHECK(sizes("class C {\n" + repeated("  int a;\n", 90) + "};\n").empty());
  CHECK(sizes("const int a[] = {\n" + repeated("  1,\n", 90) + "};\n").empty());
  CHECK(sizes("namespace {\n" + repeated("int a;\n", 90) + "}\n").empty());
  CHECK(sizes("void f() {\n").size() == 1);
}

TEST_CASE("tidy itself: marks of loose ends are found") {
  for (const std::string mark : {"TO"
                                 "DO",
                                 "FIX"
                                 "ME",
                                 "XX"
                                 "X",
                                 "HA"
                                 "CK"}) {
    CHECK(check_loose_ends(make_source("x.cpp", "int a;  // " + mark + ": later\n")).size() == 1);
  }
  CHECK(check_loose_ends(make_source("x.cpp", "int a;  // later\n")).empty());
}

TEST_CASE("tidy itself: a test's name that would be taken apart is found") {
  CHECK(names("TEST_CASE(\"B4: a recovery moves on - to the next cycle's start\") {}").empty());
  CHECK(names("const char* planted = \"TEST_CASE(\\\"a, b\\\")\";").empty());
  for (const std::string bad : {"a; b", "a[0]", "a]", "a\\\\b", "a\\\"b", "", " a", "a "}) {
    CAPTURE(bad);
    CHECK_FALSE(names("TEST_CASE(\"" + bad + "\") {}").empty());
  }
  CHECK_FALSE(names("TEST_CASE(\"a \"\n          \"b\") {}").empty());
}

}  // namespace recycled::tidy
