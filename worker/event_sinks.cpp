#include "event_sinks.hpp"

#include <algorithm>
#include <utility>

#include "crypto/secret_file.hpp"
#include "webhooks/signing.hpp"

namespace recycled {
namespace {

// As their files have them and as they are used.
void hide(const std::vector<crypto::Secret>& keys, const config::Settings& settings,
          telemetry::Log& log) {
  for (const crypto::Secret& key : keys) log.hide(key.reveal());
  for (const auto& file : settings.events.secret_files) {
    if (const auto text = crypto::read_secret_file(file)) log.hide(text->reveal());
  }
}

}  // namespace

http::ClientSettings receiver_settings(const config::Settings& settings) {
  http::ClientSettings wire;
  const config::EventSettings& events = settings.events;
  if (events.url.empty()) return wire;
  wire.base_url = webhooks::address_of(events.url).base_url;
  wire.ca_file = events.ca_file;
  wire.connect_timeout = std::min(settings.limits.connect_timeout, events.timeout);
  wire.request_timeout = events.timeout;
  wire.response_bytes = 64 * 1024;  // nothing of it is read
  wire.idle_connections = events.in_flight;
  return wire;
}

Result<std::vector<crypto::Secret>> read_webhook_keys(const config::Settings& settings) {
  std::vector<crypto::Secret> keys;
  keys.reserve(settings.events.secret_files.size());
  for (const auto& file : settings.events.secret_files) {
    auto text = crypto::read_secret_file(file);
    if (!text) return Failure(text.error());
    auto key = webhooks::decode_secret(*text);
    if (!key) return fail(Fault::invalid, file.path.string() + ": " + key.error().message);
    keys.push_back(*key);
  }
  return keys;
}

Result<std::unique_ptr<EventSinks>> EventSinks::make(boost::asio::any_io_executor executor,
                                                     const config::Settings& settings,
                                                     const ports::Clock& clock,
                                                     telemetry::Log& log) {
  auto sinks = std::make_unique<EventSinks>();
  const config::EventSettings& events = settings.events;
  if (!events.url.empty()) {
    auto keys = read_webhook_keys(settings);
    if (!keys) return Failure(keys.error());
    hide(*keys, settings, log);
    auto transport = http::Client::make(std::move(executor), receiver_settings(settings));
    if (!transport) return Failure(transport.error());
    sinks->transport_ = std::move(*transport);
    sinks->webhook_ = std::make_unique<webhooks::WebhookSink>(
        *sinks->transport_, clock, webhooks::address_of(events.url).target, std::move(*keys));
  }
  if (!events.jsonl_file.empty()) {
    sinks->jsonl_ = std::make_unique<webhooks::JsonlSink>(events.jsonl_file);
  }
  return sinks;
}

Result<void> EventSinks::renew(const config::Settings& settings, telemetry::Log& log) {
  if (!webhook_) return {};
  auto keys = read_webhook_keys(settings);
  if (!keys) return Failure(keys.error());
  hide(*keys, settings, log);
  webhook_->renew(std::move(*keys));
  return {};
}

engine::Sinks EventSinks::all() {
  engine::Sinks sinks;
  if (webhook_) sinks.emplace(ports::Sink::webhook, webhook_.get());
  if (jsonl_) sinks.emplace(ports::Sink::jsonl, jsonl_.get());
  return sinks;
}

}  // namespace recycled
