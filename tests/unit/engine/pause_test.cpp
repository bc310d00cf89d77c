// The kill switch: pulled once, let go once, obeyed by whoever claims (lessons.md "money
// breakers").
#include "engine/pause.hpp"

#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using ports::EventName;

struct PauseBench : Bench {
  PauseBench() {
    accept(declined("S"));
    const auto sale = declined_sale("O", "another card");
    in([&](auto& tx) { accept_sale(tx, sale, desk, clock.at); });
    clock.at += std::chrono::days(9);
  }
  ports::Pause pause(const std::string& by = "alice", const std::string& reason = "why") {
    ports::Pause stands;
    in([&](auto& tx) { stands = pause_all(tx, by, reason, clock.at); });
    return stands;
  }
  std::optional<ports::Pause> resume(const char* gateway = "") {
    std::optional<ports::Pause> ended;
    in([&](auto& tx) { ended = engine::resume(tx, GatewayId(gateway), "bob", clock.at); });
    return ended;
  }
  RerunClaim rerun() { return Bench::rerun(SaleId("O")); }
};

TEST_CASE("a pause stands until somebody resumes, and a second one changes nothing") {
  PauseBench bench;
  const auto first = bench.pause("alice", "why");
  bench.clock.at += Millis(5);
  CHECK(bench.pause("bob", "another reason") == first);
  bench.in([&](auto& tx) { CHECK(tx.pauses() == Pauses{first}); });
  CHECK(bench.resume() == first);
  CHECK_FALSE(bench.resume().has_value());
  CHECK(bench.pause("bob", "another reason").by == "bob");
}

TEST_CASE("in a pause a scan claims nothing, and what was due is due when it is over") {
  PauseBench bench;
  bench.pause();
  CHECK(bench.scan_now() == 0);
  bench.resume();
  CHECK(bench.scan_now() == 1);
}

TEST_CASE("a pause of one gateway keeps its claims back and nobody else's") {
  PauseBench bench;
  const auto of = [&](const char* gateway) {
    bench.in([&](auto& tx) {
      tx.add_pause({bench.clock.at, ports::PauseWord::paused, GatewayId(gateway), "alice", ""});
    });
  };
  of("ff");
  CHECK(bench.scan_now() == 0);
  CHECK(std::holds_alternative<billing::SaleRefusal>(bench.rerun()));
  // The kill switch is pulled and let go of beside it.
  bench.pause();
  CHECK(bench.resume().has_value());
  CHECK(bench.scan_now() == 0);
  CHECK(bench.resume("ff").has_value());
  of("another");
  CHECK(bench.scan_now() == 1);
  CHECK(std::holds_alternative<ports::StoredRecovery>(bench.rerun()));
}

TEST_CASE("a rerun in a pause claims nothing and says so - a plan looks past it") {
  PauseBench bench;
  bench.pause("alice", "too many refusals");
  const auto claim = bench.rerun();
  REQUIRE(std::holds_alternative<billing::SaleRefusal>(claim));
  const auto& refusal = std::get<billing::SaleRefusal>(claim);
  CHECK(refusal.reason == billing::SaleRefused::paused);
  CHECK(refusal.detail.find("by alice: too many refusals") != std::string::npos);
  Draft draft = bench.new_draft();
  bench.in([&](auto& tx) {
    const auto planned =
        plan_rerun(tx, *tx.sale(SaleId("O")), GatewayId("ff"), bench.desk, bench.clock.at, draft);
    CHECK(std::holds_alternative<ports::StoredRecovery>(planned));
  });
  bench.resume();
  CHECK(std::holds_alternative<ports::StoredRecovery>(bench.rerun()));
}

TEST_CASE("the log hears once that a pause began, and once that it ended") {
  PauseBench bench;
  const auto told = [&](EventName name) { return bench.events.count(name); };
  bench.scan_now();
  CHECK(told(EventName::run_paused) == 0);
  bench.pause();
  for (int pass = 0; pass < 3; ++pass) bench.scan_now();
  CHECK(told(EventName::run_paused) == 1);
  CHECK(told(EventName::run_resumed) == 0);
  bench.resume();
  for (int pass = 0; pass < 3; ++pass) bench.scan_now();
  CHECK(told(EventName::run_paused) == 1);
  CHECK(told(EventName::run_resumed) == 1);
  // Let go and pulled again between two looks: another pause.
  bench.pause();
  bench.scan_now();
  bench.resume();
  bench.clock.at += Millis(1);
  bench.pause();
  bench.scan_now();
  CHECK(told(EventName::run_paused) == 3);
}

}  // namespace
}  // namespace recycled::engine
