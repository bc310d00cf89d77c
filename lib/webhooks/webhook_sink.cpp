#include "webhooks/webhook_sink.hpp"

#include <utility>

#include "webhooks/body.hpp"
#include "webhooks/signing.hpp"

namespace recycled::webhooks {
namespace {

http::Request request_of(const std::string& target, const std::string& id, Instant at,
                         std::string body, const std::vector<crypto::Secret>& keys) {
  http::Request request;
  request.method = "POST";
  request.target = target;
  request.headers = {{"Content-Type", "application/json"},
                     {"webhook-id", id},
                     {"webhook-timestamp", timestamp_of(at)},
                     {"webhook-signature", signatures(keys, id, at, body)}};
  request.body = std::move(body);
  return request;
}

}  // namespace

Address address_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  const auto begin = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const auto slash = url.find('/', begin);
  if (slash == std::string_view::npos) return {std::string(url) + "/", ""};
  return {std::string(url.substr(0, slash + 1)), std::string(url.substr(slash + 1))};
}

WebhookSink::WebhookSink(http::Transport& transport, const ports::Clock& clock, std::string target,
                         std::vector<crypto::Secret> keys)
    : transport_(transport), clock_(clock), target_(std::move(target)), keys_(std::move(keys)) {}

void WebhookSink::renew(std::vector<crypto::Secret> keys) { keys_ = std::move(keys); }

async::Task<ports::SinkReply> WebhookSink::deliver(std::string id, ports::OutboundEvent event) {
  std::string body = body_of(id, event);
  http::Request request = request_of(target_, id, clock_.now(), std::move(body), keys_);
  auto answer = co_await transport_.exchange(std::move(request));
  ports::SinkReply reply;
  if (!answer) {
    reply.why = answer.error().why;
  } else if (answer->status >= 200 && answer->status < 300) {
    reply.result = ports::SinkReply::Result::taken;
  } else {
    reply.why = "HTTP " + std::to_string(answer->status);
    reply.retry_after = http::retry_after(answer->headers, clock_.now());
  }
  co_return reply;
}

}  // namespace recycled::webhooks
