// The hand-over itself: the stored bytes leave, and whatever comes back is decided upon.
#include <utility>

#include "base/ensure.hpp"
#include "engine/steps.hpp"

namespace recycled::engine {
namespace {

std::string detail_of(const billing::Outcome& outcome, const std::string& trace) {
  std::string detail;
  if (const auto* refused = std::get_if<billing::outcome::Refused>(&outcome)) {
    detail = refused->message;
  } else if (const auto* not_sent = std::get_if<billing::outcome::NotSent>(&outcome)) {
    detail = not_sent->why;
  } else if (const auto* unknown = std::get_if<billing::outcome::Unknown>(&outcome)) {
    detail = unknown->why;
  }
  if (!trace.empty()) detail += (detail.empty() ? "" : " ") + ("TraceId " + trace);
  return detail;
}

}  // namespace

async::Task<void> Steps::dispatch(Item item) {
  ports::Provider* provider = context_.desk.providers.find(item.stored.recovery.provider_gateway);
  ensure(provider != nullptr, "an open recovery's gateway is in the config");
  ports::Attempt attempt;
  attempt.started_at = context_.clock.now();
  std::string body = std::move(item.body);
  auto reply = co_await provider->hand_over(std::move(body));
  attempt.outcome = billing::name_of(reply.outcome);
  attempt.detail = detail_of(reply.outcome, reply.trace);
  ports::Event sent(ports::EventName::recovery_sent);
  sent.recovery = std::to_string(item.stored.key.value());
  sent.subscription = item.stored.subscription.str();
  sent.order = item.stored.recovery.order.str();
  sent.gateway = item.stored.recovery.provider_gateway.str();
  sent.reason = attempt.outcome + (attempt.detail.empty() ? "" : ": " + attempt.detail);
  sent.took = context_.clock.now() - attempt.started_at;
  context_.events.note(sent);
  billing::Event event = billing::Answered{std::move(reply.outcome), item.stored.recovery.sending,
                                           std::move(reply.provider_order)};
  co_await record(std::move(item), std::move(attempt), std::move(event));
}

}  // namespace recycled::engine
