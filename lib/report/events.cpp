#include "report/events.hpp"

#include <algorithm>
#include <utility>

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

using ports::Delivery;
using ports::DeliveryState;
using ports::StoredEvent;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::string line(std::string label, const std::string& value) {
  return "  " + padded(std::move(label), 16) + value + "\n";
}

// "webhook waiting, jsonl delivered"; of one that no receiver was there for, "waiting".
std::string in_short(const StoredEvent& stored) {
  std::string text;
  for (const Delivery& delivery : stored.deliveries) {
    if (!text.empty()) text += ", ";
    text += to_text(delivery.sink);
    text += " ";
    text += to_text(delivery.state);
  }
  return text.empty() ? "waiting" : text;
}

// "waiting, tried 3 time(s), again on 2026-…: HTTP 503".
std::string fate(const Delivery& delivery) {
  std::string text(to_text(delivery.state));
  if (delivery.delivered_at) text += " on " + to_iso8601(*delivery.delivered_at);
  if (delivery.tries > 0) text += ", tried " + std::to_string(delivery.tries) + " time(s)";
  if (delivery.next_at) text += ", due on " + to_iso8601(*delivery.next_at);
  if (delivery.state == DeliveryState::waiting && !delivery.next_at) {
    text += ", after an earlier one of " + printable(delivery.subject);
  }
  if (delivery.state == DeliveryState::dead) text += ", and waits for a person";
  if (!delivery.error.empty()) text += ": " + printable(delivery.error);
  return text;
}

Json json_of(const Delivery& delivery) {
  return {{"sink", to_text(delivery.sink)},
          {"state", to_text(delivery.state)},
          {"tries", delivery.tries},
          {"queued_at", to_iso8601(delivery.queued_at)},
          {"next_at", when_or_null(delivery.next_at)},
          {"delivered_at", when_or_null(delivery.delivered_at)},
          {"error", text_or_null(delivery.error)}};
}

Json json_of(const StoredEvent& stored) {
  Json deliveries = Json::array();
  for (const Delivery& delivery : stored.deliveries) deliveries.push_back(json_of(delivery));
  return {{"key", stored.event.key.value()},
          {"at", to_iso8601(stored.event.at)},
          {"type", stored.event.type},
          {"subscription_id", text_or_null(stored.event.subscription.str())},
          {"deliveries", deliveries}};
}

}  // namespace

std::vector<StoredEvent> gather_events(ports::LedgerReader& ledger,
                                       std::optional<DeliveryState> state, int limit) {
  return ledger.events_before(OutboxKey(INT64_MAX), state, limit);
}

std::string to_text(const std::vector<StoredEvent>& events) {
  if (events.empty()) return "no events\n";
  std::string text = padded("KEY", 8) + padded("AT", 26) + padded("TYPE", 30) +
                     padded("SUBSCRIPTION", 20) + "DELIVERIES\n";
  for (const StoredEvent& stored : events) {
    text += padded(std::to_string(stored.event.key.value()), 8);
    text += padded(to_iso8601(stored.event.at), 26);
    text += padded(stored.event.type, 30);
    text += padded(printable(stored.event.subscription.str()), 20);
    text += in_short(stored) + "\n";
  }
  return text;
}

std::string to_json(const std::vector<StoredEvent>& events) {
  Json json = Json::array();
  for (const StoredEvent& stored : events) json.push_back(json_of(stored));
  return written(json);
}

Result<StoredEvent> gather_event(ports::LedgerReader& ledger, OutboxKey key) {
  auto stored = ledger.event(key);
  if (stored) return std::move(*stored);
  return fail(Fault::not_found, "the ledger has no event " + std::to_string(key.value()));
}

std::string to_text(const StoredEvent& stored, const std::string& body) {
  std::string text = "event " + std::to_string(stored.event.key.value()) + "\n" +
                     line("at", to_iso8601(stored.event.at)) + line("type", stored.event.type) +
                     line("subscription", printable(stored.event.subscription.str()));
  if (stored.deliveries.empty()) text += line("deliveries", "none yet: no receiver was there");
  for (const Delivery& delivery : stored.deliveries) {
    text += line(std::string(to_text(delivery.sink)), fate(delivery));
  }
  return text + "body\n  " + printable(body) + "\n";
}

std::string to_json(const StoredEvent& stored, const std::string& body) {
  Json json = json_of(stored);
  json["body"] = body;
  return written(json);
}

}  // namespace recycled::report
