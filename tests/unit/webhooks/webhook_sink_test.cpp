#include "webhooks/webhook_sink.hpp"

#include "crypto/base64.hpp"
#include "unit/webhooks/fixture.hpp"
#include "webhooks/body.hpp"
#include "webhooks/signing.hpp"

namespace recycled::webhooks {
namespace {

struct StandingClock final : ports::Clock {
  Instant now() const override { return noon; }
};

// Remembers the request and answers as it is told.
struct FakeTransport final : http::Transport {
  http::Exchange answer = http::Response{};
  http::Request last;
  async::Task<http::Exchange> exchange(http::Request request) override {
    last = std::move(request);
    co_return answer;
  }
};

struct Bench {
  crypto::Secret key{std::string(32, 'k')};
  FakeTransport transport;
  StandingClock clock;
  WebhookSink sink{transport, clock, "hooks/billing?from=recycled", {key}};

  ports::SinkReply answered(int status, http::Headers headers = {}) {
    http::Response response;
    response.status = status;
    response.headers = std::move(headers);
    transport.answer = response;
    return deliver(sink, "evt_1");
  }
  std::string header(std::string_view name) const {
    return http::find_header(transport.last.headers, name).value_or("");
  }
};

TEST_CASE("a try is a signed POST of the body") {
  Bench bench;
  deliver(bench.sink, "evt_1");
  CHECK(bench.transport.last.method == "POST");
  CHECK(bench.transport.last.target == "hooks/billing?from=recycled");
  CHECK(bench.transport.last.body == body_of("evt_1", full_event()));
  CHECK(bench.header("content-type") == "application/json");
  CHECK(bench.header("webhook-id") == "evt_1");
  CHECK(bench.header("webhook-timestamp") == timestamp_of(noon));
  CHECK(bench.header("webhook-signature") ==
        signatures({bench.key}, "evt_1", noon, bench.transport.last.body));
}

TEST_CASE("renewed secrets sign from the next try on") {
  Bench bench;
  const crypto::Secret next(std::string(24, 'n'));
  bench.sink.renew({next, bench.key});
  deliver(bench.sink, "evt_1");
  CHECK(bench.header("webhook-signature") ==
        signatures({next, bench.key}, "evt_1", noon, bench.transport.last.body));
}

TEST_CASE("2xx is taken and nothing else is") {
  Bench bench;
  for (const int status : {200, 201, 202, 204, 299}) {
    CHECK(bench.answered(status).result == ports::SinkReply::Result::taken);
  }
  for (const int status : {199, 301, 307, 400, 401, 404, 410, 429, 500, 503}) {
    const auto reply = bench.answered(status);
    CHECK(reply.result == ports::SinkReply::Result::not_taken);
    CHECK(reply.why == "HTTP " + std::to_string(status));
    CHECK_FALSE(reply.retry_after.has_value());
  }
  CHECK(bench.answered(503, {{"Retry-After", "90"}}).retry_after == Millis(90'000));
  bench.transport.answer =
      tl::unexpected(http::TransportFailure{http::Reached::perhaps, "connection reset"});
  const auto reply = deliver(bench.sink, "evt_1");
  CHECK(reply.result == ports::SinkReply::Result::not_taken);
  CHECK(reply.why == "connection reset");
}

TEST_CASE("a URL is an origin and what is asked of it") {
  const auto check = [](const char* url, const char* base, const char* target) {
    const Address address = address_of(url);
    CHECK(address.base_url == base);
    CHECK(address.target == target);
  };
  check("https://shop.example", "https://shop.example/", "");
  check("https://shop.example/", "https://shop.example/", "");
  check("http://[::1]:8080/a/b?c=/d", "http://[::1]:8080/", "a/b?c=/d");
  check("https://shop.example/hooks/billing", "https://shop.example/", "hooks/billing");
}

TEST_CASE("the body names what its receiver needs to act") {
  CHECK(body_of("evt_1", full_event()) ==
        R"({"id":"evt_1","type":"subscription.recovered","timestamp":"2026-11-23T17:00:00.250Z",)"
        R"("data":{"merchant_order_id":null,"subscription_id":"S-1","cycle":5,)"
        R"("amount":"89.95","currency":"USD",)"
        R"("gateway_id":"bank","next_bill_on":"2026-12-23","rebill_with":null,)"
        R"("reason":"expired","refund_due":false,)"
        R"("order_id":"ours","provider_order_id":"theirs"}})");
}

TEST_CASE("the body says null of what there is not, and is JSON whatever an id is made of") {
  ports::OutboundEvent event;
  event.at = noon;
  event.type = "order.declined";
  event.reason = "none";
  event.subscription = SubscriptionId("S\n\xff\"");
  event.sale = SaleId("O-1");
  event.rebill_with = "card_number_without_cvv";
  CHECK(body_of("evt_2", event) ==
        R"({"id":"evt_2","type":"order.declined","timestamp":"2026-11-23T17:00:00.250Z",)"
        "\"data\":{\"merchant_order_id\":\"O-1\",\"subscription_id\":\"S\\n\xef\xbf\xbd\\\"\","
        R"("cycle":null,"amount":null,"currency":null,"gateway_id":null,"next_bill_on":null,)"
        R"("rebill_with":"card_number_without_cvv",)"
        R"("reason":null,"refund_due":false,"order_id":null,"provider_order_id":null}})");
}

}  // namespace
}  // namespace recycled::webhooks
