// A process that was silent for too long: what it had begun is another's by now.
#include "engine/engine.hpp"
#include "support/forwarding_provider.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

// Whose place is another's from an instant on.
struct LeasedLedger final : ports::Ledger {
  explicit LeasedLedger(ports::Ledger& one) : ledger(one) {}

  async::Task<Result<void>> write(ports::LedgerWork work) override {
    return ledger.write(std::move(work));
  }
  Instant ours_until() const override { return until; }

  ports::Ledger& ledger;
  Instant until = noon;
};

struct NoAlarms final : ports::Alarms {
  struct None final : ports::Alarm {
    async::Task<void> wait_until(Instant) override { co_return; }
    void wake() override {}
  };
  std::unique_ptr<ports::Alarm> make() override { return std::make_unique<None>(); }
};

struct NoReader final : ports::CallbackReader {
  Result<ports::CallbackContent> read(const std::string&) const override {
    return fail(Fault::invalid, "not ours");
  }
};

// Declines whatever it is handed, and counts it.
struct CountingProvider final : testing::ForwardingProvider, ports::Providers {
  CountingProvider() : ForwardingProvider(quiet) {}
  ports::Provider* find(const GatewayId&) override { return this; }
  async::Task<ports::HandOverReply> hand_over(OrderId, std::string) override {
    ++calls;
    ports::HandOverReply reply;
    reply.outcome = billing::outcome::Declined{};
    co_return reply;
  }

  int calls = 0;
  SilentProvider quiet;
};

struct LeaseBench : Bench {
  async::Task<void> once(Result<void>& result) {
    auto done = co_await engine->once();
    result = std::move(done);
  }
  Result<void> pass() {
    boost::asio::io_context io;
    EngineSettings settings;
    settings.rules_digest = "rules";
    settings.pace.emplace(GatewayId("ff"), PaceLimits{});
    engine = std::make_unique<Engine>(leased_context, reader, alarms, io.get_executor(), settings);
    Result<void> result;
    async::run_to_end(io, once(result));
    engine.reset();
    return result;
  }

  CountingProvider provider;
  Desk leased_desk{desk.installation, desk.planner, provider};
  LeasedLedger leased{*ledger};
  Context leased_context{leased_desk, clock, entropy, leased, events};
  NoReader reader;
  NoAlarms alarms;
  std::unique_ptr<Engine> engine;
};

}  // namespace

TEST_CASE("L10: nothing is sent by a process whose place may be another's by now") {
  LeaseBench bench;
  bench.accept(declined("S"));
  bench.clock.at = noon + std::chrono::days(4);
  bench.leased.until = bench.clock.at;
  const auto late = bench.pass();
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().fault == Fault::busy);
  CHECK(bench.provider.calls == 0);
  // It stands as it was queued, for whoever has the place.
  bench.in([](auto& tx) {
    const auto stored = tx.subscription(SubscriptionId("S"));
    const auto recoveries = tx.recoveries_of(stored->key);
    REQUIRE(recoveries.size() == 1);
    CHECK(recoveries[0].recovery.state == billing::RecoveryState::intended);
    CHECK(tx.attempts(recoveries[0].key).empty());
  });
  bench.leased.until = bench.clock.at + Millis(1);
  CHECK(bench.pass().has_value());
  CHECK(bench.provider.calls == 1);
}

}  // namespace recycled::engine
