#include <doctest/doctest.h>

#include "flexfactor/callback.hpp"
#include "simulated_bench.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using namespace recycled::flexfactor::test;

TEST_CASE("simulated: nothing is answered without a live token") {
  Bench bench;
  bench.bearer = "Bearer made-up";
  CHECK(bench.evaluate("approve").status == 401);
  CHECK(bench.sim.statistics().orders == 0);
  Bench later;
  later.now += std::chrono::minutes(10);
  CHECK(later.evaluate("approve").status == 401);
}

TEST_CASE("simulated: a token needs the right key and secret") {
  auto behaviour = quiet();
  behaviour.app_key = crypto::Secret("app-key");
  behaviour.app_secret = crypto::Secret("app-secret");
  Bench bench(behaviour);
  CHECK(bench.evaluate("approve").status == 200);
  CHECK(bench.post("oauth2/token", R"({"AppKey":"app-key","AppSecret":"wrong"})").status == 400);
  CHECK(bench.post("oauth2/token", "").status == 400);
}

TEST_CASE("simulated: card tokens steer a managed account") {
  struct Case {
    const char* card;
    const char* reply;
    Events events;
    int shown;  // by an inquiry at the end
  };
  const Case cases[] = {
      {"approve-1", "SUBMITTED", {"order.completed"}, 7},
      {"decline-1", "DECLINED", {}, 2},
      {"pending-1", "PROCESSING", {}, 4},
      {"late-1", "PROCESSING", {"order.completed"}, 7},
      {"expire-1", "SUBMITTED", {"order.expired"}, 2},
      {"challenge-1", "CHALLENGE", {"challenge.created", "order.expired"}, 2},
      {"capture-1", "CAPTUREREQUIRED", {"order.capturerequired"}, 5},
      {"cancel-1", "SUBMITTED", {"order.cancelled"}, 2},
  };
  for (const auto& row : cases) {
    CAPTURE(row.card);
    auto behaviour = quiet();
    behaviour.token_life = 40 * day;
    Bench bench(behaviour);
    const auto reply = bench.evaluate(row.card);
    CHECK(reply.status == 200);
    CHECK(word(reply) == row.reply);
    CHECK(bench.events_until(start + 30 * day) == row.events);
    const auto shown = bench.call("GET", "orders/" + id_in(reply), "");
    CHECK(parse_object(shown.body)->at("status") == row.shown);
  }
}

TEST_CASE("simulated: card tokens steer a sync account") {
  const std::pair<const char*, const char*> cases[] = {
      {"approve-1", "APPROVED"},        {"decline-1", "DECLINED"},    {"pending-1", "PROCESSING"},
      {"expire-1", "DECLINED"},         {"challenge-1", "CHALLENGE"}, {"cancel-1", "SUBMITTED"},
      {"capture-1", "CAPTUREREQUIRED"},
  };
  for (const auto& [card, reply] : cases) {
    CAPTURE(card);
    auto behaviour = quiet();
    behaviour.mode = billing::MitMode::sync;
    Bench bench(behaviour);
    CHECK(word(bench.evaluate(card)) == reply);
  }
}

TEST_CASE("simulated: a refused card is a 400 and no order") {
  Bench bench;
  const auto reply = bench.evaluate("refuse-1");
  CHECK(reply.status == 400);
  CHECK(bench.sim.statistics().orders == 0);
}

TEST_CASE("simulated: required fields are demanded in both forms of a 400") {
  Bench bench;
  bool bare = false;
  bool wrapped = false;
  for (int i = 0; i < 40; ++i) {
    auto body = *parse_object(bench.composed("approve"));
    body["transaction"]["avsResultCode"] = "";
    const auto reply = bench.post("evaluate", body.dump());
    CHECK(reply.status == 400);
    const auto json = *parse_object(reply.body);
    (json.contains("errors") ? wrapped : bare) = true;
    const auto decoded = decode_evaluate({400, reply.body, {}}, OrderId("order-1"));
    const auto& refused = std::get<billing::outcome::Refused>(decoded.outcome);
    CHECK(refused.message.find("Transaction.AvsResultCode") != std::string::npos);
    CHECK(decoded.trace.starts_with("00-"));
  }
  CHECK(bare);
  CHECK(wrapped);
  for (const char* field : {"idempotencyKey", "orderId", "mid", "siteId", "expiryDateUtc"}) {
    CAPTURE(field);
    auto body = *parse_object(bench.composed("approve"));
    body.erase(field);
    CHECK(bench.post("evaluate", body.dump()).status == 400);
  }
  auto free_of_charge = *parse_object(bench.composed("approve"));
  free_of_charge["transaction"]["amount"] = 0;
  CHECK(bench.post("evaluate", free_of_charge.dump()).status == 400);
  CHECK(bench.post("evaluate", "not JSON").status == 400);
  CHECK(bench.sim.statistics().orders == 0);
}

TEST_CASE("L4: the same bytes under a key replay and other bytes conflict") {
  Bench bench;
  const auto first = bench.evaluate("approve-1");
  const auto again = bench.evaluate("approve-1");
  CHECK(again.status == first.status);
  CHECK(again.body == first.body);
  CHECK(bench.evaluate("approve-2").status == 409);
  CHECK(bench.events_until(start + day) == Events{"order.completed"});
  CHECK(bench.sim.statistics().orders == 1);
  CHECK(bench.sim.statistics().charges == 1);
  CHECK(bench.sim.statistics().double_charges == 0);
}

TEST_CASE("X1: a repeat under a new key on a managed account charges twice and is counted") {
  Bench bench;
  bench.evaluate("approve-1", "key-1");
  bench.evaluate("approve-1", "key-2");
  bench.events_until(start + day);
  CHECK(bench.sim.statistics().orders == 2);
  CHECK(bench.sim.statistics().charges == 2);
  CHECK(bench.sim.statistics().double_charges == 1);
}

TEST_CASE("X1: two orders for one cycle are a double charge") {
  Bench bench;
  bench.evaluate("approve-1", "key-1", "order-1");
  bench.evaluate("approve-1", "key-2", "order-2");
  bench.events_until(start + day);
  CHECK(bench.sim.statistics().double_charges == 1);
  REQUIRE(bench.sim.charges().size() == 2);
  CHECK(bench.sim.charges()[0].subscription == SubscriptionId("sub-1"));
  CHECK(bench.sim.charges()[0].cycle == 3);
  CHECK(bench.sim.charges()[0].amount.minor == 8095);
}

TEST_CASE("X1: a key that has been forgotten is a new chance to charge") {
  auto behaviour = quiet();
  behaviour.token_life = 40 * day;
  Bench bench(behaviour);
  bench.evaluate("approve-1");
  bench.events_until(start + day);
  bench.evaluate("approve-1");
  bench.events_until(start + 2 * day);
  CHECK(bench.sim.statistics().double_charges == 1);
}

TEST_CASE("simulated: where a second charge can happen the dice make it happen") {
  for (int i = 0; i < 20; ++i) {
    auto behaviour = quiet();
    behaviour.seed = static_cast<std::uint64_t>(i);
    behaviour.approve_percent = 0;
    behaviour.decline_percent = 100;
    Bench bench(behaviour);
    bench.evaluate("approve-1", "key-1", "order-1");
    bench.events_until(start + std::chrono::minutes(1));
    bench.evaluate("plain", "key-2", "order-2");
    bench.events_until(start + std::chrono::minutes(2));
    CHECK(bench.sim.statistics().double_charges == 1);
  }
}

TEST_CASE("simulated: a sync account asks the same order anew until it is approved") {
  auto behaviour = quiet();
  behaviour.mode = billing::MitMode::sync;
  behaviour.approve_percent = 30;
  behaviour.decline_percent = 70;
  Bench bench(behaviour);
  int asked = 0;
  std::string said;
  while (said != "APPROVED" && asked < 100) {
    said = word(bench.evaluate("plain", "key-" + std::to_string(++asked)));
  }
  CHECK(said == "APPROVED");
  CHECK(bench.sim.statistics().orders == 1);
  CHECK(bench.sim.statistics().charges == 1);
  CHECK(bench.sim.statistics().declined == asked - 1);
  bench.evaluate("plain", "one too many");
  CHECK(bench.sim.statistics().double_charges == 1);
}

TEST_CASE("simulated: rates decide what is not steered and the seed repeats them") {
  const auto run = [](std::uint64_t seed) {
    auto behaviour = quiet();
    behaviour.seed = seed;
    behaviour.token_life = 40 * day;
    Bench bench(behaviour);
    for (int i = 0; i < 500; ++i) {
      const auto name = std::to_string(i);
      auto request = sample_request("plain");
      request.subscription.id = SubscriptionId("sub-" + name);
      request.order = OrderId("order-" + name);
      request.key = IdempotencyKey("key-" + name);
      bench.post("evaluate", *compose(sample_account(), request));
    }
    bench.events_until(start + 30 * day);
    return bench.sim.statistics();
  };
  const auto first = run(7);
  CHECK(first.orders == 500);
  CHECK(first.approved + first.declined + first.expired == 500);
  CHECK(first.approved > 250);
  CHECK(first.approved < 350);
  CHECK(first.declined > 110);
  CHECK(first.declined < 190);
  CHECK(first.callbacks_sent == first.approved + first.expired);
  CHECK(to_json(first) == to_json(run(7)));
  CHECK(to_json(first) != to_json(run(8)));
}

TEST_CASE("simulated: expire-after counts instead of the request's date") {
  auto behaviour = quiet();
  behaviour.expire_after = std::chrono::seconds(5);
  Bench bench(behaviour);
  bench.evaluate("expire-1");
  CHECK(bench.events_until(start + Millis(4'999)).empty());
  CHECK(bench.events_until(start + Millis(5'000)) == Events{"order.expired"});
}

TEST_CASE("simulated: how an expired order shows is a setting") {
  const auto shown = [](ExpiredShows how) {
    auto behaviour = quiet();
    behaviour.quirks.expired_shows = how;
    behaviour.token_life = 40 * day;
    Bench bench(behaviour);
    const auto id = id_in(bench.evaluate("expire-1"));
    bench.events_until(start + 30 * day);
    const auto reply = bench.call("GET", "orders/" + id, "");
    return *decode_inquiry({200, reply.body, {}}, ProviderOrderId(id)).news;
  };
  CHECK(shown(ExpiredShows::word) == billing::News::expired);
  CHECK(shown(ExpiredShows::cancelled) == billing::News::cancelled);
  CHECK(shown(ExpiredShows::open) == billing::News::still_open);
}

TEST_CASE("simulated: cancel ends an open order and may be repeated") {
  Bench bench;
  const auto id = id_in(bench.evaluate("expire-1"));
  CHECK(bench.post("orders/" + id + "/cancel", "").status == 200);
  CHECK(bench.post("orders/" + id + "/cancel", "").status == 200);
  CHECK(bench.post("orders/unknown/cancel", "").status == 404);
  CHECK(bench.events_until(start + 30 * day) == Events{"order.cancelled"});
  CHECK(bench.sim.statistics().cancelled == 1);
  CHECK(bench.sim.statistics().expired == 0);
}

TEST_CASE("simulated: external-cancel goes by the merchant's id and cancel by theirs") {
  Bench bench;
  const auto id = id_in(bench.evaluate("approve-1"));
  CHECK(bench.post("orders/order-1/cancel", "").status == 404);
  CHECK(bench.post("orders/" + id + "/external-cancel", "").status == 404);
  CHECK(bench.call("GET", "orders/order-1", "").status == 404);
  CHECK(bench.post("/v1/orders/order-1/external-cancel", "").status == 200);
  CHECK(bench.events_until(start + day) == Events{"order.cancelled"});
  CHECK(bench.sim.statistics().charges == 0);
}

TEST_CASE("simulated: a completed order cannot be cancelled but refunded") {
  Bench bench;
  const auto id = id_in(bench.evaluate("approve-1"));
  bench.events_until(start + std::chrono::minutes(1));
  CHECK(bench.post("orders/" + id + "/cancel", "").status == 400);
  CHECK(bench.post("orders/" + id + "/refund", "{}").status == 400);
  CHECK(bench.post("orders/" + id + "/refund", R"({"amountToRefund":80.95})").status == 200);
  CHECK(bench.post("orders/" + id + "/refund", R"({"amountToRefund":80.95})").status == 400);
  CHECK(bench.events_until(start + std::chrono::minutes(2)) == Events{"order.refunded"});
}

TEST_CASE("simulated: a late order is charged after its expiry even if it was cancelled") {
  auto behaviour = quiet();
  behaviour.token_life = 40 * day;
  Bench bench(behaviour);
  const auto id = id_in(bench.evaluate("late-1"));
  const Instant expiry = sample_request().expires_at;
  CHECK(bench.events_until(expiry).empty());
  CHECK(bench.post("orders/" + id + "/cancel", "").status == 200);
  CHECK(bench.events_until(expiry + day) == Events{"order.cancelled", "order.completed"});
  CHECK(bench.sim.statistics().charges == 1);
}

TEST_CASE("simulated: an authorised order is charged when it is captured") {
  Bench bench;
  const auto id = id_in(bench.evaluate("capture-1"));
  CHECK(bench.sim.statistics().charges == 0);
  const std::string body = R"({"idempotencyKey":"k","orderId":")" + id + R"(","amount":8095})";
  CHECK(bench.post("capture", body).status == 200);
  CHECK(bench.post("capture", body).status == 400);
  CHECK(bench.sim.statistics().charges == 1);
}

TEST_CASE("simulated: outcome and list answer") {
  Bench bench;
  const auto id = id_in(bench.evaluate("expire-1"));
  bench.evaluate("expire-1", "key-2", "order-2");
  CHECK(word(bench.post("outcome", R"({"orderSessionKey":")" + id + R"("})")) == "SUBMITTED");
  const auto page = *parse_object(bench.call("GET", "orders?pageSize=1&pageNumber=2", "").body);
  CHECK(page["totalCount"] == 2);
  REQUIRE(page["items"].size() == 1);
  CHECK(page["items"][0]["externalOrderId"] == "order-2");
  const auto none = *parse_object(bench.call("GET", "orders?to=2026-11-23T09:00:00Z", "").body);
  CHECK(none["totalCount"] == 0);
  CHECK(bench.post("nowhere", "").status == 404);
}

TEST_CASE("simulated: callbacks verify under the signing key") {
  Bench bench;
  bench.evaluate("approve-1");
  bench.now = *bench.sim.next_at();
  const auto callbacks = bench.sim.advance(bench.now);
  REQUIRE(callbacks.size() == 1);
  CallbackTrust trust;
  trust.keys = {{crypto::Secret("signing key"), "key", {}, {}}};
  trust.public_host = "billing.example.com";
  const auto first = verify(callbacks[0].headers, callbacks[0].body, trust, bench.now);
  REQUIRE(std::holds_alternative<Verified>(first));
  const auto parsed = parse_callback(callbacks[0].body);
  REQUIRE(parsed);
  CHECK(parsed->news == billing::News::completed);
  CHECK(parsed->order == OrderId("order-1"));
  CHECK(parsed->happened_at == bench.now);

  const auto again = bench.sim.resend(callbacks[0], bench.now);
  const auto second = verify(again.headers, again.body, trust, bench.now);
  REQUIRE(std::holds_alternative<Verified>(second));
  CHECK(std::get<Verified>(second).nonce != std::get<Verified>(first).nonce);
  CHECK(parse_callback(again.body)->is_resent);
}

TEST_CASE("simulated: statistics and charges as JSON") {
  Bench bench;
  bench.evaluate("approve-1");
  bench.events_until(start + day);
  const auto statistics = *parse_object(to_json(bench.sim.statistics()));
  CHECK(statistics["charges"] == 1);
  CHECK(statistics["double_charges"] == 0);
  CHECK(statistics["calls"]["evaluate"] == 1);
  CHECK(statistics["calls"]["oauth2/token"] == 1);
  const auto charges = Json::parse(to_json(bench.sim.charges()));
  CHECK(charges[0]["subscription"] == "sub-1");
  CHECK(charges[0]["cycle"] == 3);
  CHECK(charges[0]["order"] == "order-1");
}
