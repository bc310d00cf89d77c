// The loop's signs of life on a ledger that may stop answering (lessons.md 22).
#include "engine/progress.hpp"

#include <deque>
#include <map>

#include "async/suspend.hpp"
#include "async/task_group.hpp"
#include "engine/engine.hpp"
#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

// Time stands still: a waiter goes on when it is woken.
class StandingAlarm final : public ports::Alarm {
 public:
  async::Task<void> wait_until(Instant) override {
    if (!woken_) {
      std::function<void(async::Resume)> start = [this](async::Resume resume) {
        resume_ = std::move(resume);
      };
      co_await async::until_resumed(std::move(start));
    }
    woken_ = false;
  }
  void wake() override {
    woken_ = true;
    if (resume_) std::exchange(resume_, nullptr)();
  }

 private:
  async::Resume resume_;
  bool woken_ = false;
};

struct StandingAlarms final : ports::Alarms {
  std::unique_ptr<ports::Alarm> make() override { return std::make_unique<StandingAlarm>(); }
};

// A ledger that keeps everybody waiting while it hangs, but for the next `let_through`.
class HangingLedger final : public ports::Ledger {
 public:
  explicit HangingLedger(ports::Ledger& ledger) : ledger_(ledger) {}

  async::Task<Result<void>> write(ports::LedgerWork work) override {
    ++asked;
    if (hangs && let_through-- <= 0) {
      std::function<void(async::Resume)> start = [this](async::Resume resume) {
        waiting_.push_back(std::move(resume));
      };
      co_await async::until_resumed(std::move(start));
    }
    auto done = co_await ledger_.write(std::move(work));
    co_return done;
  }
  void recover() {
    hangs = false;
    for (const async::Resume& resume : std::exchange(waiting_, {})) resume();
  }

  bool hangs = false;
  int let_through = 0;
  int asked = 0;

 private:
  ports::Ledger& ledger_;
  std::deque<async::Resume> waiting_;
};

struct NoReader final : ports::CallbackReader {
  Result<ports::CallbackContent> read(const std::string&) const override {
    return fail(Fault::invalid, "not ours");
  }
};

struct ProgressBench : Bench {
  ProgressBench() {
    EngineSettings settings;
    settings.scan_batch = 2;
    settings.rules_digest = "rules";
    engine = std::make_unique<Engine>(hanging_context, reader, alarms, io.get_executor(), settings);
    engine->watch([this](Progress what) { ++seen[what]; });
  }

  async::Task<void> work() {
    co_await start();
    co_await run();
  }
  async::Task<void> start() {
    auto started = co_await engine->start();
    CHECK(started.has_value());
    seen_at_start = seen;
  }
  async::Task<void> run() {
    auto done = co_await engine->run(Scanning::on);
    CHECK(done.has_value());
  }
  async::Task<void> take_callback() {
    SignedCallback callback;
    callback.nonce = "nonce";
    callback.body = "{}";
    auto receipt = co_await engine->take(std::move(callback));
    CHECK(receipt.has_value());
    ++taken;
  }
  void go_on() {
    io.restart();
    io.poll();
  }
  void look() {
    engine->look();
    go_on();
  }

  HangingLedger hanging{*ledger};
  Context hanging_context{desk, clock, entropy, hanging, events};
  NoReader reader;
  StandingAlarms alarms;
  boost::asio::io_context io;
  std::unique_ptr<Engine> engine;
  std::map<Progress, int> seen;
  std::map<Progress, int> seen_at_start;
  int taken = 0;
};

}  // namespace

TEST_CASE("L22: a loop with nothing due answers each question, and only then") {
  ProgressBench bench;
  async::TaskGroup group(bench.io.get_executor(), 2);
  group.start(bench.work());
  bench.go_on();
  CHECK(bench.seen[Progress::pass] == 1);
  bench.go_on();
  CHECK(bench.seen[Progress::pass] == 1);
  for (int round = 2; round < 5; ++round) {
    bench.look();
    CHECK(bench.seen[Progress::pass] == round);
  }
  bench.engine->stop();
  async::run_to_end(bench.io, group.join());
}

TEST_CASE("A pass asks the ledger once for all that may be due") {
  ProgressBench bench;
  async::TaskGroup group(bench.io.get_executor(), 2);
  group.start(bench.work());
  bench.go_on();
  const int before = bench.hanging.asked;
  bench.look();
  CHECK(bench.hanging.asked == before + 1);
  CHECK(bench.seen[Progress::pass] == 2);
  bench.engine->stop();
  async::run_to_end(bench.io, group.join());
}

TEST_CASE("L22: a loop whose ledger hangs shows no progress, though callbacks get through") {
  ProgressBench bench;
  async::TaskGroup group(bench.io.get_executor(), 2);
  group.start(bench.work());
  bench.go_on();
  bench.hanging.hangs = true;
  const auto before = bench.seen;
  for (int round = 0; round < 5; ++round) bench.look();
  CHECK(bench.seen == before);
  bench.hanging.let_through = 1;
  group.start(bench.take_callback());
  bench.go_on();
  CHECK(bench.taken == 1);
  CHECK(bench.seen == before);
  bench.hanging.recover();
  bench.go_on();
  CHECK(bench.seen[Progress::pass] > before.at(Progress::pass));
  bench.engine->stop();
  async::run_to_end(bench.io, group.join());
}

TEST_CASE("L22: a long scan shows each of its batches, and new plans each of their pages") {
  ProgressBench bench;
  for (int index = 0; index < 9; ++index) bench.accept(declined("S" + std::to_string(index)));
  bench.clock.at += std::chrono::days(9);
  async::TaskGroup group(bench.io.get_executor(), 2);
  group.start(bench.work());
  bench.go_on();
  // Of the plans: the page, the one behind it and their end. Of the scan: four whole batches and
  // the one with the rest.
  CHECK(bench.seen[Progress::answer] - bench.seen_at_start[Progress::answer] >= 3 + 5);
  CHECK(bench.seen[Progress::pass] == 1);
  bench.engine->stop();
  async::run_to_end(bench.io, group.join());
}

TEST_CASE("Plans follow edited rules in the run, when callbacks are heard already") {
  ProgressBench bench;
  const auto digest = [&bench] {
    std::optional<std::string> known;
    bench.in([&known](auto& tx) { known = tx.meta("rules_digest"); });
    return known.value_or("none");
  };
  async::TaskGroup group(bench.io.get_executor(), 2);
  group.start(bench.start());
  bench.go_on();
  CHECK(digest() == "none");
  SUBCASE("and one that is told to stop leaves them to the next start") {
    bench.accept(declined("S-1"));
    bench.hanging.hangs = true;
    group.start(bench.run());
    bench.go_on();
    bench.engine->stop();
    bench.hanging.recover();
    async::run_to_end(bench.io, group.join());
    CHECK(digest() == "none");
  }
  SUBCASE("before the first pass") {
    group.start(bench.run());
    bench.go_on();
    CHECK(digest() == "rules");
    bench.engine->stop();
    async::run_to_end(bench.io, group.join());
  }
}

}  // namespace recycled::engine
