// The inbox as an operator sees it.
#include "report/callbacks.hpp"

#include <doctest/doctest.h>

#include "fake_ledger.hpp"
#include "report/json.hpp"

namespace recycled::report {
namespace {

using ports::CallbackResult;

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

ports::StoredCallback waiting() {
  ports::StoredCallback callback;
  callback.key = CallbackKey(7);
  callback.received_at = instant("2026-11-22T10:05:00Z");
  callback.event = "order.completed";
  callback.order = OrderId("order-1");
  callback.provider_order = ProviderOrderId("theirs-1");
  callback.headers = "x-fc-nonce: n-1\nhost: billing.example.com\n";
  callback.body = "{\"Event\":\"order.completed\"}";
  callback.result = CallbackResult::unmatched;
  callback.tries = 3;
  callback.next_at = instant("2026-11-22T11:00:00Z");
  callback.error = "no recovery has this order";
  return callback;
}

FakeLedger with(ports::StoredCallback callback) {
  FakeLedger ledger;
  ledger.callbacks = {std::move(callback)};
  return ledger;
}

std::string shown(FakeLedger ledger) { return to_text(*gather_callback(ledger, CallbackKey(7))); }

}  // namespace

TEST_CASE("callbacks list: a line each, and JSON without headers and body") {
  const std::vector<ports::StoredCallback> some{waiting()};
  CHECK(has(to_text(some), "7       2026-11-22T10:05:00Z      unmatched  order.completed"));
  CHECK(has(to_text(some), "order-1  no recovery has this order\n"));
  const auto json = Json::parse(to_json(some)).at(0);
  CHECK(json.at("key") == 7);
  CHECK(json.at("result") == "unmatched");
  CHECK(json.at("next_at") == "2026-11-22T11:00:00Z");
  CHECK_FALSE(json.contains("headers"));
  CHECK_FALSE(json.contains("body"));
  CHECK(to_text(std::vector<ports::StoredCallback>()) == "no callbacks\n");
  CHECK(Json::parse(to_json(std::vector<ports::StoredCallback>())) == Json::array());
}

TEST_CASE("callbacks show: what came and what became of it") {
  const std::string text = shown(with(waiting()));
  for (const char* piece :
       {"callback 7\n", "unmatched, looked at 3 time(s), again on 2026-11-22T11:00:00Z\n",
        "none has this order\n", "headers\n  x-fc-nonce: n-1\n  host: billing.example.com\n",
        "body\n  {\"Event\":\"order.completed\"}\n"}) {
    CHECK_MESSAGE(has(text, piece), text);
  }
  auto given_up = waiting();
  given_up.next_at.reset();
  CHECK(has(shown(with(given_up)), "and waits for a person\n"));
  given_up.result = CallbackResult::applied;
  CHECK_FALSE(has(shown(with(given_up)), "person"));
}

TEST_CASE("callbacks show: the recovery it is about, found by either order id") {
  for (const bool by_ours : {true, false}) {
    FakeLedger ledger = with(waiting());
    ports::StoredRecovery stored;
    stored.key = RecoveryKey(3);
    stored.subscription = SubscriptionId("S-1");
    stored.recovery.order = OrderId(by_ours ? "order-1" : "another");
    stored.recovery.provider_order = ProviderOrderId("theirs-1");
    stored.recovery.state = billing::RecoveryState::recovered;
    stored.recovery.refunded = true;
    ledger.recoveries = {stored};
    const auto story = gather_callback(ledger, CallbackKey(7));
    REQUIRE(story.has_value());
    CHECK(has(to_text(*story), "3 of subscription S-1, now recovered\n"));
    const auto json = Json::parse(to_json(*story));
    CHECK(json.at("recovery").at("subscription_id") == "S-1");
    CHECK(json.at("recovery").at("refunded") == true);
    CHECK(json.at("headers").at("x-fc-nonce") == "n-1");
    CHECK(json.at("body") == "{\"Event\":\"order.completed\"}");
  }
}

TEST_CASE("callbacks show: bytes that would command a terminal do not") {
  auto hostile = waiting();
  hostile.body = "\x1b[2J\rline\nnext\x7f";
  CHECK(has(shown(with(hostile)), "body\n  ?[2J?line\n  next?\n"));
}

TEST_CASE("L26 callbacks show: one that was pruned says so instead of its headers and body") {
  auto pruned = waiting();
  pruned.headers.clear();
  pruned.body.clear();
  pruned.pruned_at = *parse_instant("2027-12-27T10:00:00Z");
  const FakeLedger ledger = with(pruned);
  CHECK(has(shown(ledger), "pruned on 2027-12-27T10:00:00Z\n"));
  CHECK_FALSE(has(shown(ledger), "\nbody\n"));
  FakeLedger once_more = ledger;
  const auto json = Json::parse(to_json(*gather_callback(once_more, CallbackKey(7))));
  CHECK(json.at("pruned_at") == "2027-12-27T10:00:00Z");
  CHECK(json.at("headers").is_null());
  CHECK(json.at("body").is_null());
}

TEST_CASE("callbacks show: one that is not there is said to be that") {
  FakeLedger ledger;
  const auto none = gather_callback(ledger, CallbackKey(9));
  REQUIRE_FALSE(none);
  CHECK(none.error().fault == Fault::not_found);
  CHECK(has(none.error().message, "callback 9"));
}

}  // namespace recycled::report
