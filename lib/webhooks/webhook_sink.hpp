// Events to a receiver behind a URL, as Standard Webhooks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "http/transport.hpp"
#include "ports/clock.hpp"
#include "ports/delivery.hpp"

namespace recycled::webhooks {

// A receiver's URL as an HTTP client wants it.
struct Address {
  std::string base_url;  // the origin, ends in '/'
  std::string target;    // path and query, without the leading '/'
};
// "https://shop.example/hooks/billing?from=recycled"; what is wrong with the origin,
// http::parse_base_url says.
Address address_of(std::string_view url);

class WebhookSink final : public ports::EventSink {
 public:
  // The transport goes to the address's origin. Both references outlive the sink.
  WebhookSink(http::Transport& transport, const ports::Clock& clock, std::string target,
              std::vector<crypto::Secret> keys);

  // From the next try on.
  void renew(std::vector<crypto::Secret> keys);

  // 2xx is taken; all else is not, a redirect included.
  async::Task<ports::SinkReply> deliver(std::string id, ports::OutboundEvent event) override;

 private:
  http::Transport& transport_;
  const ports::Clock& clock_;
  const std::string target_;
  std::vector<crypto::Secret> keys_;
};

}  // namespace recycled::webhooks
