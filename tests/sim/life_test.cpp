// The life of `recycled simulate` itself: that what is to go wrong goes wrong, that it is the same
// again, and that it is anybody's rules that are lived by.
#include "simulation/life.hpp"

#include <string>

#include <doctest/doctest.h>

#include "sim/usual.hpp"
#include "worker/examiner_tools.hpp"

using namespace recycled;  // NOLINT(google-build-using-namespace)

namespace {

simulation::LifeSettings life(int days, int subscriptions, std::uint64_t seed) {
  simulation::LifeSettings settings;
  settings.days = days;
  settings.seed = seed;
  settings.subscriptions = subscriptions;
  settings.examiner = examiner_tools;
  return settings;
}

std::int64_t checked(const simulation::LifeReport& report, const std::string& invariant) {
  const auto found = report.checked.find(invariant);
  return found == report.checked.end() ? 0 : found->second;
}

}  // namespace

TEST_CASE("X1: in a life of usual size every kind of fault strikes") {
  const auto report = simulation::live(life(60, 500, 8));
  REQUIRE(report.has_value());
  INFO(to_text(*report));
  CHECK_FALSE(report->violation.has_value());
  CHECK(report->faults.size() == 32);
  for (const auto& [fault, count] : report->faults) {
    CAPTURE(fault);
    CHECK(count > 0);
  }
  CHECK(checked(*report, "verify finds nothing wrong with the ledger") >= 3);
  CHECK(checked(*report, "a shopper who was told yes is charged once") > 10);
  CHECK(checked(*report, "one charge at most of a new sale is kept") > 100);
}

TEST_CASE("the same seed lives the same life - report and log - byte by byte") {
  std::string logs[2];
  std::string reports[2];
  for (int run = 0; run < 2; ++run) {
    auto settings = life(30, 100, 4);
    settings.log = [&, run](const std::string& line) { logs[run] += line + "\n"; };
    const auto report = simulation::live(settings);
    REQUIRE(report.has_value());
    reports[run] = to_text(*report) + to_json(*report) + to_tally(*report);
  }
  CHECK(logs[0].size() > 10'000);
  CHECK(logs[0] == logs[1]);
  CHECK(reports[0] == reports[1]);
}

TEST_CASE("a config of somebody's own is lived by: its gateways, its days, its zone") {
  auto settings = life(20, 60, 2);
  simulation::OwnConfig own;
  own.file = "own.toml";
  own.rules = simulation::usual_rules();
  own.rules.gateways.at(GatewayId("ff")).flexfactor->expiry_days = 3;
  own.rules.when_unknown = billing::WhenUnknown::withdraw;
  own.rules.card_cap = 1;
  own.time_zone = "Asia/Tokyo";
  settings.own = own;
  const auto report = simulation::live(settings);
  REQUIRE(report.has_value());
  INFO(to_text(*report));
  CHECK_FALSE(report->violation.has_value());
  CHECK(report->zone == "Asia/Tokyo");
  CHECK(checked(*report, "one charge at most of a subscription's cycle") > 0);
  CHECK(to_text(*report).find(" --config own.toml") != std::string::npos);
}

TEST_CASE("a config without a gateway to live by is refused") {
  auto settings = life(5, 10, 1);
  settings.own.emplace();
  settings.own->file = "own.toml";
  settings.own->time_zone = "UTC";
  const auto report = simulation::live(settings);
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().fault == Fault::invalid);
  CHECK(report.error().message == "own.toml has no gateway at FlexFactor");
}
