#include "simulation/receiver.hpp"

#include <utility>

namespace recycled::simulation {

async::Task<ports::SinkReply> Receiver::deliver(std::string id, ports::OutboundEvent event) {
  co_await time_.sleep_until(time_.now() + Millis(1 + dice_.roll(2000)));
  ports::SinkReply reply;
  if (dice_.roll(1000) < refuses_per_mille_) {
    reply.why = "HTTP 503";
    co_return reply;
  }
  if (!ids_.insert(id).second) ++repeats_;
  heard_[event.subscription.str()].push_back({event.key.value(), std::move(id)});
  if (!event.subscription.empty()) news_.insert(event.subscription);
  // The answer may be lost with the process that waits for it.
  co_await time_.sleep_until(time_.now() + Millis(1 + dice_.roll(40)));
  reply.result = ports::SinkReply::Result::taken;
  process_.occasion = Occasion::event;
  co_return reply;
}

std::vector<SubscriptionId> Receiver::take_news() {
  const auto news = std::exchange(news_, {});
  return {news.begin(), news.end()};
}

}  // namespace recycled::simulation
