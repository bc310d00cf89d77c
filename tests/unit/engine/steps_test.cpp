// What of a gateway's queue is read to be done next.
#include "engine/steps.hpp"

#include <string>

#include "engine/recover.hpp"
#include "engine/seal.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;

async::Task<void> begin(const Context& context) {
  const auto interrupted = co_await recover_interrupted(context);
  CHECK(interrupted.has_value());
}

TEST_CASE("X1: what an adoption holds back keeps nothing behind it from being asked about") {
  Bench bench;
  for (int index = 0; index < 20; ++index) {
    const std::string id = "over" + std::to_string(index);
    bench.accept(declined(id));
    bench.hand_over(id, RecoveryState::unknown);
  }
  bench.clock.at += std::chrono::days(22);  // past their end: those would be withdrawn by now
  bench.accept(declined("open"));
  const RecoveryKey open = bench.hand_over("open", RecoveryState::unknown);
  bench.in([&](auto& tx) { adopt(tx, Place(), "alice", "adopted: restored", bench.clock.at); });
  bench.run(begin(bench.context));

  boost::asio::io_context io;
  PaceLimits pace;
  pace.in_flight = 2;
  Steps steps(bench.context, io.get_executor(), {{GatewayId("ff"), pace}}, bench.tally,
              bench.pause_watch, [](Instant) {});
  const auto wanted = steps.wanted(bench.clock.at);
  REQUIRE(wanted.size() == 1);
  bench.in([&](auto& tx) {
    const auto due = Steps::read(tx, bench.rules, wanted);
    REQUIRE(due.queues.size() == 1);
    REQUIRE(due.queues.front().items.size() == 1);
    CHECK(due.queues.front().items.front().stored.key == open);
    CHECK(due.queues.front().items.front().step == billing::Step::inquire);
  });
}

}  // namespace
}  // namespace recycled::engine
