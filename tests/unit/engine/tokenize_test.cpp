// Card numbers to tokens, with a provider that answers from a script and an alarm that lets the
// clock jump.
#include "engine/tokenize.hpp"

#include <deque>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "async/suspend.hpp"

using namespace recycled;
using engine::TokenJob;
using ports::CardRefused;
using ports::CardToken;
using ports::NoAnswer;
using ports::SlowDown;

namespace {

struct JumpingClock final : ports::Clock, ports::Alarm {
  Instant at = *parse_instant("2026-11-23T17:00:00Z");
  std::vector<Millis> waits;

  Instant now() const override { return at; }
  async::Task<void> wait_until(Instant until) override {
    waits.push_back(until - at);
    at = until;
    co_return;
  }
  void wake() override {}
};

// The script first, then `otherwise`; a token for the card where that is empty.
struct Vault final : ports::Tokenizer, ports::Tokenizers {
  std::deque<ports::TokenizeReply> script;
  std::optional<ports::TokenizeReply> otherwise;
  std::vector<std::string> asked;
  std::vector<GatewayId> accounts;
  int under_way = 0;
  int most_under_way = 0;
  std::vector<async::Resume> held;
  bool holds = false;

  ports::Tokenizer* find(const GatewayId& gateway) override {
    accounts.push_back(gateway);
    return this;
  }
  async::Task<ports::TokenizeReply> tokenize(ports::PlainCard card) override {
    const std::string number(card.number.reveal());
    asked.push_back(number);
    most_under_way = std::max(most_under_way, ++under_way);
    if (holds) {
      std::function<void(async::Resume)> keep = [this](async::Resume resume) { let(resume); };
      co_await async::until_resumed(std::move(keep));
    }
    --under_way;
    co_return next(number);
  }

 private:
  // The first four gather before one of them goes on.
  void let(const async::Resume& resume) {
    held.push_back(resume);
    if (held.size() < 4) return;
    holds = false;
    for (const auto& one : std::exchange(held, {})) one();
  }
  ports::TokenizeReply next(const std::string& number) {
    if (!script.empty()) {
      const auto reply = script.front();
      script.pop_front();
      return reply;
    }
    return otherwise.value_or(CardToken{"tok-" + number});
  }
};

struct Bench {
  boost::asio::io_context io;
  JumpingClock clock;
  Vault vault;
  std::vector<TokenJob> jobs;
  Result<void> ended;

  explicit Bench(int count) {
    for (int n = 0; n < count; ++n) {
      TokenJob job;
      job.card.gateway = GatewayId("ff");
      job.card.number = crypto::Secret(std::to_string(n));
      jobs.push_back(std::move(job));
    }
  }

  void run(int in_flight = 1, int per_second = 1'000'000) {
    const engine::TokenPace pace{in_flight, {{GatewayId("ff"), per_second}}};
    engine::Tokenization work(vault, clock, clock, io.get_executor(), pace);
    async::run_to_end(io, keep(work));
  }
  int tokens() const {
    int made = 0;
    for (const auto& job : jobs) made += job.token.empty() ? 0 : 1;
    return made;
  }
  int refusals() const {
    int made = 0;
    for (const auto& job : jobs) made += job.refusal.empty() ? 0 : 1;
    return made;
  }

 private:
  async::Task<void> keep(engine::Tokenization& work) {
    auto done = co_await work.run(jobs);
    ended = std::move(done);
  }
};

}  // namespace

TEST_CASE("tokenize: each card gets its own token, whatever order the answers come in") {
  Bench bench(12);
  bench.vault.holds = true;
  bench.run(4);
  REQUIRE(bench.ended.has_value());
  CHECK(bench.vault.most_under_way == 4);
  for (const auto& job : bench.jobs) {
    CHECK(job.token == "tok-" + std::string(job.card.number.reveal()));
    CHECK(job.refusal.empty());
  }
  CHECK(bench.vault.accounts.front() == GatewayId("ff"));
}

TEST_CASE("tokenize: a refused card costs itself alone") {
  Bench bench(3);
  bench.vault.script = {CardToken{"a"}, CardRefused{"HTTP 400: month: is wrong"}, CardToken{"c"}};
  bench.run();
  CHECK(bench.ended.has_value());
  CHECK(bench.jobs[1].refusal == "the card cannot be tokenized: HTTP 400: month: is wrong");
  CHECK(bench.tokens() == 2);
  CHECK(bench.vault.asked.size() == 3);
}

TEST_CASE("tokenize: a call that was not answered is made again, and no more than three times") {
  Bench bench(2);
  bench.vault.script = {CardToken{"a"}, NoAnswer{"reset"}};
  bench.run();
  CHECK(bench.ended.has_value());
  CHECK(bench.tokens() == 2);

  Bench never(2);
  never.vault.script = {CardToken{"a"}};
  never.vault.otherwise = NoAnswer{"reset"};
  never.run();
  CHECK(never.ended.has_value());
  CHECK(never.jobs[1].refusal.find("did not answer (reset)") != std::string::npos);
  CHECK(never.vault.asked.size() == 4);
}

TEST_CASE("tokenize: where nobody answers, the import ends before it has asked about everything") {
  Bench bench(1000);
  bench.vault.otherwise = NoAnswer{"connect: refused"};
  bench.run();
  REQUIRE_FALSE(bench.ended.has_value());
  CHECK(bench.ended.error().fault == Fault::unavailable);
  CHECK(bench.ended.error().message == "FlexFactor does not answer (connect: refused)");
  CHECK(bench.vault.asked.size() == 10);
  CHECK(bench.refusals() == 0);

  Bench shut_out(50);
  shut_out.vault.otherwise = NoAnswer{"no token: HTTP 401", "app_key_file"};
  shut_out.run();
  REQUIRE_FALSE(shut_out.ended.has_value());
  CHECK(shut_out.ended.error().message ==
        "FlexFactor does not take our cards (no token: HTTP 401); look at app_key_file of its "
        "gateway");

  Bench single(1);
  single.vault.otherwise = NoAnswer{"connect: refused"};
  single.run();
  CHECK_FALSE(single.ended.has_value());
  CHECK(single.jobs[0].is_open());
  CHECK(single.vault.asked.size() == 3);
}

TEST_CASE("tokenize: what was done before FlexFactor fell silent stays done") {
  Bench bench(50);
  for (int n = 0; n < 20; ++n) bench.vault.script.push_back(CardToken{"t"});
  bench.vault.otherwise = NoAnswer{"reset"};
  bench.run(8);
  REQUIRE_FALSE(bench.ended.has_value());
  CHECK(bench.tokens() == 20);
  CHECK(bench.refusals() == 0);
  CHECK(bench.vault.asked.size() < 50);
}

TEST_CASE("tokenize: no more cards a second than the account may be asked about") {
  Bench bench(50);
  const Instant began = bench.clock.at;
  bench.run(4, 10);
  CHECK(bench.tokens() == 50);
  CHECK(bench.clock.at - began >= std::chrono::milliseconds(4'800));
  CHECK(bench.clock.at - began <= std::chrono::milliseconds(5'000));
}

TEST_CASE("tokenize: a pause is as long as the longest that was asked for") {
  Bench bench(8);
  bench.vault.holds = true;
  const SlowDown busy{"HTTP 429", std::chrono::seconds(7)};
  bench.vault.script = {CardToken{"a"}, busy, SlowDown{"HTTP 429", std::chrono::seconds(3)}, busy};
  const Instant began = bench.clock.at;
  bench.run(4);
  CHECK(bench.ended.has_value());
  CHECK(bench.tokens() == 8);
  CHECK(bench.clock.waits.at(0) == std::chrono::seconds(7));
  CHECK(bench.clock.at - began < std::chrono::seconds(8));
}

TEST_CASE("tokenize: nobody pauses longer than five minutes, nor for ever") {
  Bench bench(3);
  bench.vault.script = {SlowDown{"429", std::chrono::hours(24)}};
  bench.run();
  CHECK(bench.tokens() == 3);
  CHECK(bench.clock.waits.at(0) == std::chrono::minutes(5));

  for (const std::optional<Millis> asked : {std::optional<Millis>(), {Millis(0)}, {Millis(9000)}}) {
    Bench always(3);
    always.vault.otherwise = SlowDown{"HTTP 429", asked};
    const Instant began = always.clock.at;
    always.run();
    REQUIRE_FALSE(always.ended.has_value());
    CHECK(always.ended.error().message.find("slow down") != std::string::npos);
    CHECK(always.clock.at - began >= std::chrono::minutes(10));
    CHECK(always.clock.at - began < std::chrono::minutes(11));
    CHECK(always.vault.asked.size() < 700);
    CHECK(always.refusals() == 0);
  }
}

TEST_CASE("tokenize: a wrong key refuses every card, and is noticed") {
  Bench bench(1000);
  bench.vault.otherwise = CardRefused{"HTTP 400: Environment: is wrong"};
  bench.run();
  REQUIRE_FALSE(bench.ended.has_value());
  CHECK(bench.ended.error().message.find("environment_key_file") != std::string::npos);
  CHECK(bench.vault.asked.size() == 25);

  Bench one_was_good(100);
  one_was_good.vault.script = {CardToken{"t"}};
  one_was_good.vault.otherwise = CardRefused{"HTTP 400: expired"};
  one_was_good.run();
  CHECK(one_was_good.ended.has_value());
  CHECK(one_was_good.refusals() == 99);
}
