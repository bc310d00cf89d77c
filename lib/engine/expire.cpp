// Takes an order back from FlexFactor: at the end of its time, when its fate could not be learned,
// or because the customer left (domain.md "no word at expiry", "customer cancels while it waits").
#include <utility>

#include "engine/steps.hpp"

namespace recycled::engine {
async::Task<void> Steps::withdraw(Item item) {
  ports::Provider& provider = provider_of(item);
  Ended ended;
  ports::Attempt& attempt = ended.attempt;
  attempt.started_at = context_.clock.now();
  ports::WithdrawReply reply;
  if (item.step == billing::Step::cancel) {
    ProviderOrderId order = item.stored.recovery.provider_order.value();
    reply = co_await provider.cancel(std::move(order));
  } else {
    OrderId order = item.stored.recovery.order;
    reply = co_await provider.cancel_external(std::move(order));
  }
  ended.service = reply.service;
  ended.retry_after = reply.retry_after;
  attempt.outcome = to_text(reply.result);
  attempt.detail = reply.message;
  billing::Event event = billing::WithdrawAnswered{reply.result, reply.retry_after};
  co_await record(std::move(item), std::move(ended), std::move(event));
}

}  // namespace recycled::engine
