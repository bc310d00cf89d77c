// Asks FlexFactor how an order stands. Inquiries thin out but cover the whole window, and they are
// all there is for who has no open port (mission.md X3, lessons.md 13).
#include <utility>

#include "base/ensure.hpp"
#include "engine/steps.hpp"

namespace recycled::engine {

async::Task<void> Steps::inquire(Item item) {
  ports::Provider& provider = provider_of(item);
  ensure(item.stored.recovery.provider_order.has_value(), "an inquiry needs FlexFactor's order id");
  ports::Attempt attempt;
  attempt.started_at = context_.clock.now();
  ProviderOrderId order = *item.stored.recovery.provider_order;
  auto reply = co_await provider.inquire(std::move(order));
  attempt.outcome = reply.news ? billing::to_text(*reply.news) : "no_answer";
  attempt.detail = reply.word;
  ports::Event asked = line_for(ports::EventName::recovery_inquired, item);
  asked.provider_order = item.stored.recovery.provider_order->str();
  asked.reason = attempt.outcome;
  asked.took = context_.clock.now() - attempt.started_at;
  context_.events.note(asked);
  billing::Event event = billing::InquiryFailed{reply.retry_after};
  if (reply.news) {
    event = billing::Learned{*reply.news, billing::Source::inquiry, std::nullopt, std::nullopt};
  }
  co_await record(std::move(item), std::move(attempt), std::move(event));
}

}  // namespace recycled::engine
