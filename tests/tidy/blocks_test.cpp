#include "blocks.hpp"

#include <doctest/doctest.h>

namespace recycled::tidy {
namespace {

std::vector<TestScript> integration_tests() {
  std::vector<TestScript> made;
  for (const auto& file : std::filesystem::directory_iterator(root() / "tests/integration")) {
    if (file.path().extension() != ".sh") continue;
    made.push_back({file.path().stem().string(), read_text(file.path())});
  }
  // What wants a package installed, and a systemd.
  made.push_back({"trial", read_text(root() / "tests/systemd/trial.sh")});
  return made;
}

}  // namespace

TEST_CASE("tidy: every command that the README shows is run by a test") {
  const std::string readme = read_text(root() / "README.md");
  REQUIRE(shell_blocks(readme).size() > 20);
  const Findings findings = check_blocks(readme, integration_tests());
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy itself: a block that no test runs is found") {
  const std::string readme =
      "```sh\nrecycled status\n```\ntext\n```toml\nrecycled = 1\n```\n"
      "```sh\nrecycled pause\nrecycled status --json\n```\n";
  const auto scripts = [](std::string text) {
    return std::vector<TestScript>{{"one", std::move(text)}};
  };
  CHECK(shell_blocks(readme) ==
        std::vector<std::string>{"recycled status\n", "recycled pause\nrecycled status --json\n"});
  CHECK(check_blocks(readme, scripts("run_block 0 status\nrun_block 3 'recycled pause' \"$x\"\n"))
            .empty());
  // The first block with that text in it is the one that runs.
  const Findings findings =
      check_blocks(readme, scripts("ORDER=x run_block 0 'recycled status'\n"));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].what.find("recycled pause") != std::string::npos);
  CHECK(check_blocks(readme, scripts("# run_block 0 status\nblock sh 'recycled pause'\n")).size() ==
        2);
  CHECK(check_blocks(readme, scripts("run_block 0 'no such text'\n")).size() == 2);
}

TEST_CASE("tidy itself: a block of scripts wants the test of each") {
  const std::string readme = "```sh\n./scripts/demo    # shows it\n./scripts/test\n```\n";
  CHECK(check_blocks(readme, {{"demo", "exec ./scripts/demo 150\n"}}).empty());
  CHECK(check_blocks(readme, {{"demo", "exec something else\n"}}).size() == 1);
  CHECK(check_blocks(readme, {{"story", "exec ./scripts/demo\n"}}).size() == 1);
  CHECK(check_blocks("```sh\n./scripts/demo && more\n```\n", {{"demo", "exec ./scripts/demo\n"}})
            .size() == 1);
}

}  // namespace recycled::tidy
