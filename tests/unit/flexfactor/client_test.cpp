#include "flexfactor/client.hpp"

#include <functional>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "async/suspend.hpp"
#include "async/task_group.hpp"
#include "fixtures.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using flexfactor::test::FakeClock;
using flexfactor::test::Recorder;
using flexfactor::test::sample_account;
using flexfactor::test::sample_request;
namespace outcome = billing::outcome;

namespace {

const std::string submitted =
    R"({"orderSessionKey":"their-1","orderId":"their-1","success":true,"status":"SUBMITTED"})";

// Answers from a script: one list for the token endpoint, one for everything else.
class FakeTransport final : public http::Transport {
 public:
  explicit FakeTransport(const ports::Clock& clock) : clock_(clock) {}

  async::Task<http::Exchange> exchange(http::Request request) override {
    const bool for_token = request.target == "oauth2/token";
    requests.push_back(std::move(request));
    if (for_token && hold_tokens) {
      std::function<void(async::Resume)> keep = [this](async::Resume resume) {
        held.push_back(std::move(resume));
      };
      co_await async::until_resumed(std::move(keep));
    }
    if (!for_token) co_return next(answers, submitted);
    co_return next(tokens, token_body());
  }

  int count(const std::string& target) const {
    int found = 0;
    for (const auto& request : requests) found += request.target == target ? 1 : 0;
    return found;
  }

  static http::Exchange answer(int status, std::string body = {}, http::Headers headers = {}) {
    http::Response response;
    response.status = status;
    response.headers = std::move(headers);
    response.body = std::move(body);
    return response;
  }
  static http::Exchange failure(http::Reached reached, std::string why) {
    return tl::unexpected(http::TransportFailure{reached, std::move(why)});
  }

  std::vector<http::Request> requests;
  std::deque<http::Exchange> answers;
  std::deque<http::Exchange> tokens;
  bool hold_tokens = false;
  std::vector<async::Resume> held;

 private:
  // Ten minutes from now, numbered so that every token is another.
  std::string token_body() {
    const auto ends = to_millis(clock_.now() + std::chrono::minutes(10));
    return R"({"accessToken":"token-)" + std::to_string(++issued_) + R"(","expires":)" +
           std::to_string(ends) + "}";
  }

  static http::Exchange next(std::deque<http::Exchange>& script, const std::string& otherwise) {
    if (script.empty()) return answer(200, otherwise);
    auto scripted = script.front();
    script.pop_front();
    return scripted;
  }

  const ports::Clock& clock_;
  int issued_ = 0;
};

Account tokenizing_account() {
  auto account = sample_account();
  account.environment_key = crypto::Secret("canary-environment");
  return account;
}

struct Bench {
  boost::asio::io_context context;
  FakeClock clock;
  Recorder events;
  FakeTransport transport{clock};
  Client client{transport, clock, events, tokenizing_account()};
  std::string body = *client.compose(sample_request());

  template <class T>
  T get(async::Task<T> task) {
    std::optional<T> got;
    async::run_to_end(context, keep(std::move(task), got));
    return *got;
  }

  ports::TokenizeReply tokenize() {
    ports::PlainCard card;
    card.number = crypto::Secret("4000002760003184");
    return get(client.tokenize(card));
  }
  ports::HandOverReply hand_over() { return get(client.hand_over(sample_request().order, body)); }

  template <class T>
  static async::Task<void> keep(async::Task<T> task, std::optional<T>& got) {
    auto result = co_await std::move(task);
    got = std::move(result);
  }
};

template <class Kind>
Kind expect(const billing::Outcome& outcome) {
  REQUIRE(std::holds_alternative<Kind>(outcome));
  return std::get<Kind>(outcome);
}

}  // namespace

TEST_CASE("client: a hand-over sends exactly the bytes it was given under a bearer token") {
  Bench bench;
  const auto reply = bench.hand_over();
  expect<outcome::Pending>(reply.outcome);
  CHECK(reply.provider_order == ProviderOrderId("their-1"));
  REQUIRE(bench.transport.requests.size() == 2);
  CHECK(bench.transport.requests[0].body == R"({"AppKey":"app-key","AppSecret":"app-secret"})");
  const auto& sent = bench.transport.requests[1];
  CHECK(sent.method == "POST");
  CHECK(sent.target == "evaluate");
  CHECK(sent.body == bench.body);
  CHECK(http::find_header(sent.headers, "Authorization") == "Bearer token-1");
  CHECK(http::find_header(sent.headers, "Content-Type") == "application/json");
}

TEST_CASE("client: inquire and cancel name the order in the path and nothing else") {
  Bench bench;
  const char* const completed = R"({"id":"a/../b?c","status":7,"statusName":"COMPLETED"})";
  bench.transport.answers = {FakeTransport::answer(200, completed),
                             FakeTransport::answer(200, "{}"), FakeTransport::answer(200)};
  CHECK(bench.get(bench.client.inquire(ProviderOrderId("a/../b?c"))).news ==
        billing::News::completed);
  CHECK(bench.get(bench.client.cancel(ProviderOrderId("their-1"))).result ==
        billing::Withdrawal::accepted);
  CHECK(bench.get(bench.client.cancel_external(OrderId("ours-1"))).result ==
        billing::Withdrawal::accepted);
  CHECK(bench.transport.requests[1].method == "GET");
  CHECK(bench.transport.requests[1].target == "orders/a%2F%2E%2E%2Fb%3Fc");
  CHECK(bench.transport.requests[2].target == "orders/their-1/cancel");
  CHECK(bench.transport.requests[3].target == "orders/ours-1/external-cancel");
}

TEST_CASE("L3: a failure that reached nobody is not sent and any other is unknown") {
  Bench bench;
  bench.transport.answers = {
      FakeTransport::failure(http::Reached::certainly_not, "connection refused"),
      FakeTransport::failure(http::Reached::perhaps, "timeout")};
  CHECK(expect<outcome::NotSent>(bench.hand_over().outcome).why == "connection refused");
  CHECK(expect<outcome::Unknown>(bench.hand_over().outcome).why == "timeout");
  CHECK(bench.transport.count("evaluate") == 2);  // one each: nothing was repeated
}

TEST_CASE("L3: an answered call is never repeated") {
  for (const int status : {200, 400, 403, 409, 429, 500, 503}) {
    CAPTURE(status);
    Bench bench;
    bench.transport.answers = {FakeTransport::answer(status, "{}")};
    bench.hand_over();
    CHECK(bench.transport.count("evaluate") == 1);
  }
}

TEST_CASE("client: Retry-After is passed on") {
  Bench bench;
  bench.transport.answers = {FakeTransport::answer(429, "", {{"Retry-After", "9"}}),
                             FakeTransport::answer(503, "", {{"Retry-After", "8"}})};
  CHECK(expect<outcome::NotSent>(bench.hand_over().outcome).retry_after == std::chrono::seconds(9));
  CHECK(expect<outcome::Unknown>(bench.hand_over().outcome).retry_after == std::chrono::seconds(8));
}

TEST_CASE("token: a 401 is answered with a new token once") {
  Bench bench;
  bench.transport.answers = {FakeTransport::answer(401)};
  expect<outcome::Pending>(bench.hand_over().outcome);
  CHECK(bench.transport.count("oauth2/token") == 2);
  CHECK(bench.transport.count("evaluate") == 2);
  CHECK(http::find_header(bench.transport.requests.back().headers, "Authorization") ==
        "Bearer token-2");
  CHECK(bench.transport.requests.back().body == bench.body);
}

TEST_CASE("token: a second 401 is not sent") {
  Bench bench;
  bench.transport.answers = {FakeTransport::answer(401), FakeTransport::answer(401)};
  CHECK(expect<outcome::NotSent>(bench.hand_over().outcome).why == "unauthorized");
  CHECK(bench.transport.count("evaluate") == 2);
}

TEST_CASE("token: it is cached and refreshed one minute before its end") {
  Bench bench;
  bench.hand_over();
  bench.clock.pass(std::chrono::minutes(9) - Millis(1));
  bench.hand_over();
  CHECK(bench.transport.count("oauth2/token") == 1);
  bench.clock.pass(Millis(1));
  bench.hand_over();
  CHECK(bench.transport.count("oauth2/token") == 2);
}

TEST_CASE("token: a clock that runs ahead does not fetch one for every call") {
  Bench bench;
  const auto stale = FakeTransport::answer(200, R"({"accessToken":"t","expires":1})");
  bench.transport.tokens = {stale, stale};
  bench.hand_over();
  bench.hand_over();
  CHECK(bench.transport.count("oauth2/token") == 1);
}

TEST_CASE("token: without one nothing is sent and the next call tries again") {
  Bench bench;
  bench.transport.tokens = {
      FakeTransport::answer(400, R"({"errors":{"AppKey":["is wrong"]}})"),
      FakeTransport::failure(http::Reached::perhaps, "timeout"),
      FakeTransport::answer(503, "", {{"Retry-After", "30"}}),
  };
  CHECK(expect<outcome::NotSent>(bench.hand_over().outcome).why ==
        "no token: HTTP 400: AppKey: is wrong");
  CHECK_FALSE(bench.get(bench.client.inquire(ProviderOrderId("their-1"))).news);
  const auto withdrawn = bench.get(bench.client.cancel(ProviderOrderId("their-1")));
  CHECK(withdrawn.result == billing::Withdrawal::unavailable);
  CHECK(withdrawn.retry_after == std::chrono::seconds(30));
  CHECK(bench.transport.count("evaluate") == 0);
  expect<outcome::Pending>(bench.hand_over().outcome);
}

namespace {

// Lets what is ready run first.
async::Task<void> turn() {
  std::function<void(async::Resume)> at_once = [](async::Resume resume) { resume(); };
  co_await async::until_resumed(std::move(at_once));
}

// Both calls are under way when the one token request is let go.
async::Task<void> call_twice(Bench& bench) {
  async::TaskGroup group(bench.context.get_executor(), 2);
  std::optional<ports::HandOverReply> first;
  std::optional<ports::HandOverReply> second;
  auto one = Bench::keep(bench.client.hand_over(sample_request().order, bench.body), first);
  auto other = Bench::keep(bench.client.hand_over(sample_request().order, bench.body), second);
  co_await group.spawn(std::move(one));
  co_await group.spawn(std::move(other));
  co_await turn();
  CHECK(bench.transport.held.size() == 1);
  bench.transport.hold_tokens = false;
  for (const auto& resume : bench.transport.held) resume();
  co_await group.join();
  CHECK(std::holds_alternative<outcome::Pending>(first->outcome));
  CHECK(std::holds_alternative<outcome::Pending>(second->outcome));
}

}  // namespace

TEST_CASE("L21: two callers without a token share one refresh") {
  Bench bench;
  bench.transport.hold_tokens = true;
  async::run_to_end(bench.context, call_twice(bench));
  CHECK(bench.transport.count("oauth2/token") == 1);
  CHECK(bench.transport.count("evaluate") == 2);
}

TEST_CASE("log: tokens and outages are noted without their content") {
  Bench bench;
  bench.transport.answers = {FakeTransport::answer(503)};
  bench.hand_over();
  REQUIRE(bench.events.noted.size() == 2);
  CHECK(bench.events.noted[0].name == ports::EventName::provider_token);
  CHECK(bench.events.noted[0].gateway == "ff");
  CHECK(bench.events.noted[0].reason.empty());
  CHECK(bench.events.noted[1].name == ports::EventName::provider_unavailable);
  CHECK(bench.events.noted[1].order == sample_request().order.str());
  CHECK(bench.events.noted[1].reason == "HTTP 503");
}

TEST_CASE("client: a card is tokenized under the bearer, and a 401 costs a new one and no more") {
  Bench bench;
  const std::string made = R"({"transaction":{"payment_method":{"token":"tok"}}})";
  bench.transport.answers = {FakeTransport::answer(401), FakeTransport::answer(200, made)};
  CHECK(std::get<ports::CardToken>(bench.tokenize()).token == "tok");
  std::vector<const http::Request*> sent;
  for (const auto& request : bench.transport.requests) {
    if (request.target != "oauth2/token") sent.push_back(&request);
  }
  REQUIRE(sent.size() == 2);
  for (const auto* request : sent) {
    CHECK(request->method == "POST");
    CHECK(request->target == "tokenize?mid=mid-1&environment=canary-environment");
    CHECK(request->body.find("4000002760003184") != std::string::npos);
  }
  CHECK(http::find_header(sent[0]->headers, "Authorization") == "Bearer token-1");
  CHECK(http::find_header(sent[1]->headers, "Authorization") == "Bearer token-2");
}

TEST_CASE("L3: the transport's failure is told, and the tokenization is not repeated in here") {
  Bench bench;
  bench.transport.answers = {FakeTransport::failure(http::Reached::perhaps, "timeout")};
  CHECK(std::get<ports::NoAnswer>(bench.tokenize()).why == "timeout");
  CHECK(bench.transport.requests.size() == 2);

  Bench busy;
  busy.transport.tokens = {FakeTransport::answer(429, "", {{"Retry-After", "7"}})};
  CHECK(std::get<ports::SlowDown>(busy.tokenize()).retry_after == Millis(7000));
  busy.transport.answers = {FakeTransport::answer(429, "", {{"Retry-After", "8"}})};
  CHECK(std::get<ports::SlowDown>(busy.tokenize()).retry_after == Millis(8000));
}

TEST_CASE("X4: no event of a tokenization names the card or the key in its target") {
  Bench bench;
  bench.transport.answers = {
      FakeTransport::answer(503), FakeTransport::answer(429),
      FakeTransport::failure(http::Reached::perhaps, "read the response: reset")};
  for (int n = 0; n < 3; ++n) bench.tokenize();
  CHECK(bench.events.noted.size() > 3);
  for (const auto& event : bench.events.noted) {
    const std::string said = event.reason + event.order + event.gateway + event.provider_order;
    CHECK(said.find("canary") == std::string::npos);
    CHECK(said.find("4000002760003184") == std::string::npos);
  }
}
