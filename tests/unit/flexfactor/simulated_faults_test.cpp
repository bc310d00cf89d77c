#include <doctest/doctest.h>

#include "simulated_bench.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using namespace recycled::flexfactor::test;

TEST_CASE("faults: 429 and 5xx and 401 hit before anything is processed") {
  const std::pair<SimulatedFault, int> cases[] = {{SimulatedFault::error_429, 429},
                                                  {SimulatedFault::error_5xx, 500},
                                                  {SimulatedFault::token_expired, 401}};
  for (const auto& [fault, status] : cases) {
    CAPTURE(to_text(fault));
    auto bench = struck_by(fault);
    const auto reply = bench.evaluate("approve-1");
    CHECK(reply.status / 100 == status / 100);
    CHECK(bench.sim.statistics().orders == 0);
    CHECK(bench.sim.statistics().faults.at(fault) == 1);
    bench.sim.set_fault(fault, 0);
    // The token that was called expired is gone for good.
    CHECK(bench.evaluate("approve-1").status == (status == 401 ? 401 : 200));
  }
  CHECK(http::find_header(struck_by(SimulatedFault::error_429).evaluate("approve").headers,
                          "Retry-After"));
}

TEST_CASE("faults: a 5xx after and a reset have processed the order") {
  auto failing = struck_by(SimulatedFault::error_5xx_after);
  CHECK(failing.evaluate("approve-1").status == 500);
  CHECK(failing.sim.statistics().orders == 1);
  failing.sim.set_fault(SimulatedFault::error_5xx_after, 0);
  CHECK(word(failing.evaluate("approve-1")) == "SUBMITTED");  // the repeat hears what it missed
  CHECK(failing.sim.statistics().orders == 1);

  auto resetting = struck_by(SimulatedFault::reset_after_read);
  CHECK(resetting.evaluate("approve-1").delivery == http::Delivery::reset);
  CHECK(resetting.sim.statistics().orders == 1);
}

TEST_CASE("faults: a stalled call was processed or not") {
  auto bench = struck_by(SimulatedFault::stall);
  for (int i = 0; i < 40; ++i) {
    const auto name = std::to_string(i);
    CHECK(bench.evaluate("approve-1", "key-" + name, "order-" + name).delivery ==
          http::Delivery::stall);
  }
  CHECK(bench.sim.statistics().orders > 0);
  CHECK(bench.sim.statistics().orders < 40);
}

TEST_CASE("faults: callbacks lost and twice and late") {
  Bench lost(always(SimulatedFault::callback_lost));
  lost.evaluate("approve-1");
  CHECK(lost.events_until(start + day).empty());
  CHECK(lost.sim.statistics().charges == 1);
  CHECK(lost.sim.statistics().callbacks_lost == 1);

  Bench twice(always(SimulatedFault::callback_twice));
  twice.evaluate("approve-1");
  CHECK(twice.events_until(start + day) == Events{"order.completed", "order.completed"});
  CHECK(twice.sim.statistics().charges == 1);

  Bench late(always(SimulatedFault::callback_late));
  late.evaluate("approve-1");
  CHECK(late.events_until(start + std::chrono::minutes(59)).empty());
  CHECK(late.sim.statistics().charges == 1);
  CHECK(late.events_until(start + std::chrono::minutes(61)) == Events{"order.completed"});
}

TEST_CASE("faults: an early callback is there before the reply") {
  Bench bench(always(SimulatedFault::callback_early));
  CHECK(word(bench.evaluate("approve-1")) == "SUBMITTED");
  const auto early = bench.sim.take_early();
  REQUIRE(early.size() == 1);
  CHECK(early[0].event == "order.completed");
  CHECK(bench.sim.take_early().empty());
  CHECK(bench.events_until(start + 30 * day).empty());
}

TEST_CASE("faults: a reordered callback follows the one that should follow it") {
  auto behaviour = always(SimulatedFault::callback_reordered);
  behaviour.shortest_delay = Millis(100);
  behaviour.longest_delay = Millis(100);
  Bench bench(behaviour);
  bench.evaluate("approve-1", "key-1", "order-1");
  bench.now += Millis(50);
  bench.evaluate("cancel-1", "key-2", "order-2");
  CHECK(bench.events_until(start + day) == Events{"order.cancelled", "order.completed"});

  // With nothing to follow it, it still comes.
  Bench alone(behaviour);
  alone.evaluate("approve-1");
  CHECK(alone.events_until(start + day) == Events{"order.completed"});
}

TEST_CASE("faults: every name reads back") {
  for (int i = 0; i <= static_cast<int>(SimulatedFault::token_expired); ++i) {
    const auto fault = static_cast<SimulatedFault>(i);
    CHECK(parse_simulated_fault(to_text(fault)) == fault);
  }
  CHECK_FALSE(parse_simulated_fault("callback"));
}
