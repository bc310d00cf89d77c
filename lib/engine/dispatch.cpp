// The hand-over itself: the stored bytes leave, and whatever comes back is decided upon.
#include <utility>

#include "engine/line.hpp"
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
  ports::Provider& provider = provider_of(item);
  Ended ended;
  ports::Attempt& attempt = ended.attempt;
  attempt.started_at = context_.clock.now();
  std::string body = std::move(item.body);
  auto reply = co_await provider.hand_over(std::move(body));
  ended.service = reply.service;
  ended.retry_after = reply.retry_after;
  attempt.outcome = billing::name_of(reply.outcome);
  attempt.detail = detail_of(reply.outcome, reply.trace);
  ports::Event sent = line_about(ports::EventName::recovery_sent, item.stored);
  sent.reason = attempt.outcome + (attempt.detail.empty() ? "" : ": " + attempt.detail);
  sent.took = context_.clock.now() - attempt.started_at;
  context_.events.note(sent);
  billing::Event event = billing::Answered{std::move(reply.outcome), item.stored.recovery.sending,
                                           std::move(reply.provider_order)};
  co_await record(std::move(item), std::move(ended), std::move(event));
}

}  // namespace recycled::engine
