#include "report/events.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "fake_ledger.hpp"

namespace recycled::report {
namespace {

using ports::DeliveryState;
using ports::Sink;

const Instant now = instant("2026-11-23T09:30:00Z");

ports::Delivery delivery_of(Sink sink, DeliveryState state) {
  ports::Delivery delivery;
  delivery.event = OutboxKey(7);
  delivery.sink = sink;
  delivery.subject = "subscription S-1";
  delivery.state = state;
  delivery.queued_at = now;
  return delivery;
}

ports::StoredEvent event_of(std::vector<ports::Delivery> deliveries) {
  ports::StoredEvent stored;
  stored.event.key = OutboxKey(7);
  stored.event.at = now;
  stored.event.type = "recovery.parked";
  stored.event.subscription = SubscriptionId("S-1\n");
  stored.deliveries = std::move(deliveries);
  return stored;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("events list: one line an event, with how it stands with each receiver") {
  CHECK(to_text(std::vector<ports::StoredEvent>()) == "no events\n");
  const std::vector<ports::StoredEvent> events{
      event_of({delivery_of(Sink::jsonl, DeliveryState::delivered),
                delivery_of(Sink::webhook, DeliveryState::dead)}),
      event_of({})};
  const std::string text = to_text(events);
  CHECK(has(text,
            "recovery.parked               S-1?                jsonl delivered, webhook dead\n"));
  CHECK(has(text, "S-1?                waiting\n"));
  const auto json = nlohmann::json::parse(to_json(events));
  REQUIRE(json.size() == 2);
  CHECK(json[0]["key"] == 7);
  CHECK(json[0]["subscription_id"] == "S-1\n");
  CHECK(json[0]["deliveries"][1]["sink"] == "webhook");
  CHECK(json[0]["deliveries"][1]["state"] == "dead");
  CHECK(json[1]["deliveries"].empty());
}

TEST_CASE("events show: what became of each try, and the body") {
  auto waiting = delivery_of(Sink::webhook, DeliveryState::waiting);
  CHECK(has(to_text(event_of({waiting}), "{}"),
            "waiting, after an earlier one of subscription S-1\n"));
  waiting.tries = 3;
  waiting.next_at = now + std::chrono::minutes(1);
  waiting.error = "HTTP 503\n";
  auto delivered = delivery_of(Sink::jsonl, DeliveryState::delivered);
  delivered.tries = 1;
  delivered.delivered_at = now;
  const auto stored = event_of({delivered, waiting});
  const std::string text = to_text(stored, "{\"id\":\"evt_1\"}");
  CHECK(has(text, "waiting, tried 3 time(s), due on 2026-11-23T09:31:00Z: HTTP 503?\n"));
  CHECK(has(text, "delivered on 2026-11-23T09:30:00Z, tried 1 time(s)\n"));
  CHECK(has(text, "body\n  {\"id\":\"evt_1\"}\n"));
  CHECK(has(to_text(event_of({}), "{}"), "none yet: no receiver was there"));
  const auto json = nlohmann::json::parse(to_json(stored, "{\"id\":\"evt_1\"}"));
  CHECK(json["body"] == "{\"id\":\"evt_1\"}");
  CHECK(json["deliveries"][1]["next_at"] == "2026-11-23T09:31:00Z");
  CHECK(json["deliveries"][0]["next_at"].is_null());
}

TEST_CASE("events show: a key that the ledger does not have") {
  FakeLedger ledger;
  ledger.events = {event_of({})};
  CHECK(gather_event(ledger, OutboxKey(7)).has_value());
  const auto missing = gather_event(ledger, OutboxKey(8));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().fault == Fault::not_found);
  CHECK(missing.error().message == "the ledger has no event 8");
}

}  // namespace
}  // namespace recycled::report
