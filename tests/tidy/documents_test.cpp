#include "documents.hpp"

#include <set>

#include <doctest/doctest.h>

#include "ports/events.hpp"

namespace recycled::tidy {
namespace {

bool runs(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code absent;
  const auto status = fs::status(root() / path, absent);
  return fs::is_regular_file(status) &&
         (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
}

}  // namespace

TEST_CASE("tidy: the README lists the events of the log as the code has them") {
  if (!std::filesystem::exists(root() / "README.md")) return;
  const auto findings = check_event_table(read_text(root() / "README.md"), expected_event_table());
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy: every event is named after its enumerator and says in a sentence what it means") {
  const Source header =
      make_source("lib/ports/events.hpp", read_text(root() / "lib/ports/events.hpp"));
  const auto enumerators = enumerators_of(header, "EventName");
  REQUIRE(enumerators.size() == ports::event_table.size());
  std::set<std::string_view> texts;
  for (std::size_t i = 0; i < enumerators.size(); ++i) {
    const ports::EventRow& row = ports::event_table[i];
    CAPTURE(row.text);
    CHECK(row.text == event_text(enumerators[i]));
    CHECK(row.meaning.ends_with("."));
    CHECK(row.meaning.find('|') == std::string_view::npos);
    CHECK(texts.insert(row.text).second);
    CHECK(ports::row_of(row.name).text == row.text);
  }
}

TEST_CASE("tidy: every script a document shows is there and can be run") {
  for (const char* document : {"README.md", "ARCHITECTURE.md"}) {
    const Findings findings = check_scripts(read_text(root() / document), runs);
    CHECK_MESSAGE(findings.empty(), to_text(findings));
  }
}

TEST_CASE("tidy: the scripts and the entry for CI can be run") {
  for (const char* script :
       {"scripts/install-packages", "scripts/test", "scripts/check", "scripts/format", ".ci/run"}) {
    CAPTURE(script);
    CHECK(runs(script));
  }
}

TEST_CASE("tidy itself: an event table that is absent or differs is found") {
  const std::string table = "| a | b |\n| `x.y` | c |\n";
  const std::string readme = "# R\n<!-- events -->\n\n" + table + "\n<!-- /events -->\nmore\n";
  CHECK(check_event_table(readme, table).empty());
  CHECK(check_event_table(readme, table + "| `new.one` | c |\n").size() == 1);
  CHECK(check_event_table("# R\n" + table, table).size() == 1);
  CHECK(check_event_table("<!-- events -->\n" + table, table).size() == 1);
  CHECK(expected_event_table().find("| `recovery.claimed` | info | ") != std::string::npos);
}

TEST_CASE("tidy itself: enumerators are read without their comments") {
  const Source header = make_source("x.hpp",
                                    "enum class Other { z };\nenum class E {\n  a_b,  // no\n"
                                    "  c_d_e = 2,\n};\n");
  CHECK(enumerators_of(header, "E") == std::vector<std::string>{"a_b", "c_d_e"});
  CHECK(enumerators_of(header, "Gone").empty());
  CHECK(event_text("c_d_e") == "c.d_e");
}

TEST_CASE("tidy itself: a script that is shown and not there is found") {
  const std::string text =
      "Run `./scripts/inline`.\n```sh\n./scripts/test -R B4\nsudo ./scripts/gone\n"
      "cat scripts/none\n```\n./scripts/outside\n";
  CHECK(scripts_shown(text) == std::vector<std::string>{"scripts/test", "scripts/gone"});
  const auto only_test = [](const std::string& path) { return path == "scripts/test"; };
  const Findings findings = check_scripts(text, only_test);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].where == "scripts/gone");
  CHECK_FALSE(runs("scripts/gone"));
  CHECK_FALSE(runs("README.md"));
}

}  // namespace recycled::tidy
