// The config's receivers of events, each behind the engine's port.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "engine/relay.hpp"
#include "http/client.hpp"
#include "ports/clock.hpp"
#include "telemetry/log.hpp"
#include "webhooks/jsonl_sink.hpp"
#include "webhooks/webhook_sink.hpp"

namespace recycled {

// How the receiver behind the URL is reached. Empty base_url: there is none.
http::ClientSettings receiver_settings(const config::Settings& settings);

// The keys that sign events. Fault::invalid names the file that cannot be used.
Result<std::vector<crypto::Secret>> read_webhook_keys(const config::Settings& settings);

class EventSinks {
 public:
  // Reads the secrets and hides them from the log. The clock outlives the sinks.
  static Result<std::unique_ptr<EventSinks>> make(boost::asio::any_io_executor executor,
                                                  const config::Settings& settings,
                                                  const ports::Clock& clock, telemetry::Log& log);

  // Reads the secrets again; what cannot be used leaves those that are.
  Result<void> renew(const config::Settings& settings, telemetry::Log& log);
  bool has_receiver() const { return webhook_ != nullptr; }

  engine::Sinks all();

 private:
  std::unique_ptr<http::Client> transport_;
  std::unique_ptr<webhooks::WebhookSink> webhook_;
  std::unique_ptr<webhooks::JsonlSink> jsonl_;
};

}  // namespace recycled
