#include "rules.hpp"

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

namespace recycled::tidy {
namespace {

// What the integration tests prove, a text for each that says so.
std::vector<std::string> proofs_of_scripts() {
  std::vector<std::string> proofs;
  for (const auto& file : std::filesystem::directory_iterator(root() / "tests/integration")) {
    if (file.path().extension() != ".sh") continue;
    auto proved = proved_by(read_text(file.path()));
    if (!proved.empty()) proofs.push_back(std::move(proved));
  }
  return proofs;
}

}  // namespace

TEST_CASE("tidy: each rule has a test that bears its id, so that ctest -R finds its proof") {
  auto names =
      test_names(read_sources({"tests/unit", "tests/contract", "tests/sim", "tests/fuzz"}));
  const auto scripts = proofs_of_scripts();
  REQUIRE(names.size() > 100);
  REQUIRE_FALSE(scripts.empty());
  names.insert(names.end(), scripts.begin(), scripts.end());
  const Findings findings = check_rules_are_proved(rule_ids(), names);
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy: what a script says that it proves are rules, with nothing else between them") {
  for (const std::string& proof : proofs_of_scripts()) {
    std::istringstream words(proof);
    for (std::string id; words >> id;) {
      CAPTURE(proof);
      CAPTURE(id);
      CHECK(std::ranges::find(rule_ids(), id) != rule_ids().end());
    }
  }
}

TEST_CASE("tidy itself: a rule without a test is found, whatever resembles its id") {
  const std::vector<std::string> names{"C4, H1: said of both", "N2 N3 events", "L22: B12 is none"};
  CHECK(check_rules_are_proved({"C4", "H1", "N2", "N3"}, names).empty());
  const auto findings = check_rules_are_proved({"C4", "B1", "L2", "S3"}, names);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].where == "B1");
  CHECK(findings[2].where == "S3");
}

TEST_CASE("tidy itself: names are those of test cases, proofs those of the line that lists them") {
  const auto sources =
      std::vector<Source>{make_source("a_test.cpp",
                                      "TEST_CASE(\"S1: one\") {}\nvoid f(); // S9\nTEST_CASE(\n"
                                      "    \"two\") {}\n")};
  CHECK(test_names(sources) == std::vector<std::string>{"S1: one", "two"});
  CHECK(proved_by("#!/bin/bash\n# What it is about, X1 too.\n# Proves: X3 B3\n") == "X3 B3");
  CHECK(proved_by("#!/bin/bash\necho '# Proves: X3'\n").empty());
}

}  // namespace recycled::tidy
