#include "report/callbacks.hpp"

#include <algorithm>
#include <utility>

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

using ports::StoredCallback;

constexpr std::size_t label_width = 16;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::string line(std::string label, const std::string& value) {
  return "  " + padded(std::move(label), label_width) + value + "\n";
}

std::string row(const StoredCallback& callback) {
  std::string text = padded(std::to_string(callback.key.value()), 8) +
                     padded(to_iso8601(callback.received_at), 26) +
                     padded(std::string(to_text(callback.result)), 11) +
                     padded(printable(callback.event), 28) + printable(callback.order.str());
  if (!callback.error.empty()) text += "  " + printable(callback.error);
  return text + "\n";
}

// "unmatched, looked at 3 times, again on 2026-…", "failed, and now waits for a person".
std::string fate(const StoredCallback& callback) {
  std::string text(to_text(callback.result));
  if (callback.tries > 0) text += ", looked at " + std::to_string(callback.tries) + " time(s)";
  if (callback.next_at) return text + ", again on " + to_iso8601(*callback.next_at);
  switch (callback.result) {
    case ports::CallbackResult::applied:
    case ports::CallbackResult::ignored:
      return text;
    case ports::CallbackResult::unmatched:
    case ports::CallbackResult::failed:
    case ports::CallbackResult::unreadable:
      return text + ", and waits for a person";
  }
  return text;
}

// Line by line, so that a terminal shows what came and obeys none of it.
std::string indented(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    made += "  " + printable(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return made;
}

Json headers_of(const std::string& lines) {
  Json json = Json::object();
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view one = rest.substr(0, end);
    if (const auto colon = one.find(": "); colon != std::string_view::npos) {
      json[std::string(one.substr(0, colon))] = one.substr(colon + 2);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return json;
}

Json json_of(const StoredCallback& callback) {
  return {{"key", callback.key.value()},
          {"received_at", to_iso8601(callback.received_at)},
          {"event", text_or_null(callback.event)},
          {"order_id", text_or_null(callback.order.str())},
          {"provider_order_id", text_or_null(callback.provider_order.str())},
          {"result", to_text(callback.result)},
          {"tries", callback.tries},
          {"next_at", when_or_null(callback.next_at)},
          {"error", text_or_null(callback.error)},
          {"pruned_at", when_or_null(callback.pruned_at)}};
}

Json json_of(const std::optional<ports::StoredRecovery>& stored) {
  if (!stored) return {};
  return {
      {"recovery", stored->key.value()},          {"subscription_id", stored->subscription.str()},
      {"order_id", stored->recovery.order.str()}, {"state", to_text(stored->recovery.state)},
      {"refunded", stored->recovery.refunded},    {"charged_back", stored->recovery.charged_back}};
}

}  // namespace

std::vector<StoredCallback> gather_callbacks(ports::LedgerReader& ledger,
                                             std::optional<ports::CallbackResult> result,
                                             int limit) {
  return ledger.callbacks_before(CallbackKey(INT64_MAX), result, limit);
}

std::string to_text(const std::vector<StoredCallback>& callbacks) {
  if (callbacks.empty()) return "no callbacks\n";
  std::string text = padded("KEY", 8) + padded("RECEIVED", 26) + padded("RESULT", 11) +
                     padded("EVENT", 28) + "ORDER\n";
  for (const StoredCallback& callback : callbacks) text += row(callback);
  return text;
}

std::string to_json(const std::vector<StoredCallback>& callbacks) {
  Json json = Json::array();
  for (const StoredCallback& callback : callbacks) json.push_back(json_of(callback));
  return written(json);
}

Result<CallbackStory> gather_callback(ports::LedgerReader& ledger, CallbackKey key) {
  auto callback = ledger.callback(key);
  if (!callback) {
    return fail(Fault::not_found, "the ledger has no callback " + std::to_string(key.value()));
  }
  CallbackStory story;
  story.callback = std::move(*callback);
  story.recovery = ledger.recovery(story.callback.order);
  const ProviderOrderId& theirs = story.callback.provider_order;
  if (!story.recovery && !theirs.empty()) story.recovery = ledger.recovery_by_provider(theirs);
  return story;
}

std::string to_text(const CallbackStory& story) {
  const StoredCallback& callback = story.callback;
  std::string text = "callback " + std::to_string(callback.key.value()) + "\n" +
                     line("received", to_iso8601(callback.received_at)) +
                     line("event", printable(callback.event)) +
                     line("order", printable(callback.order.str())) +
                     line("provider order", printable(callback.provider_order.str())) +
                     line("result", fate(callback));
  if (!callback.error.empty()) text += line("error", printable(callback.error));
  std::string recovery = "none has this order";
  if (story.recovery) {
    recovery = std::to_string(story.recovery->key.value()) + " of subscription " +
               printable(story.recovery->subscription.str()) + ", now " +
               std::string(to_text(story.recovery->recovery.state));
  }
  text += line("recovery", recovery);
  if (callback.pruned_at) {
    return text + line("headers and body", "pruned on " + to_iso8601(*callback.pruned_at));
  }
  return text + "headers\n" + indented(callback.headers) + "body\n" + indented(callback.body);
}

std::string to_json(const CallbackStory& story) {
  Json json = json_of(story.callback);
  json["recovery"] = json_of(story.recovery);
  const bool pruned = story.callback.pruned_at.has_value();
  json["headers"] = pruned ? Json() : headers_of(story.callback.headers);
  json["body"] = pruned ? Json() : Json(story.callback.body);
  return written(json);
}

}  // namespace recycled::report
