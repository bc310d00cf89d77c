// The inquiries about orders whose id of theirs never came: looks for our own in their list, as
// many as wait in one reading.
#include <span>
#include <utility>

#include "engine/steps.hpp"

namespace recycled::engine {

void Steps::read_on(Lane& lane, Instant now) {
  if (lane.asks_list || halted() || lane.pacer.room(now) == 0) return;
  if (!lane.reading && !begin_reading(lane, now)) return;
  lane.asks_list = true;
  lane.busy += 1;
  lane.pacer.started(now);
  group_.start(perform(read_page(lane), lane));
}

bool Steps::begin_reading(Lane& lane, Instant now) {
  if (lane.looks.empty()) return false;
  Item first = std::move(lane.looks.front());
  Reading reading{ListReading(first.stored.recovery, now), {}};
  std::vector<Item> others;
  for (Item& item : std::span(lane.looks).subspan(1)) {
    const bool joins = !first.is_alone && !item.is_alone;
    if (joins && reading.list.takes(item.stored.recovery)) {
      const OrderId order = item.stored.recovery.order;
      reading.items.emplace(order, std::move(item));
    } else {
      others.push_back(std::move(item));
    }
  }
  if (reading.items.empty()) first.is_alone = true;
  const OrderId order = first.stored.recovery.order;
  reading.items.emplace(order, std::move(first));
  lane.looks = std::move(others);
  lane.reading = std::move(reading);
  return true;
}

async::Task<void> Steps::read_page(Lane& lane) {
  if (is_ours_no_more()) co_return;
  ports::Provider& provider = context_.desk.provider(lane.gateway);
  const Instant asked_at = context_.clock.now();
  ports::ListQuery query = lane.reading->list.next();
  const auto page = co_await provider.list(std::move(query));
  pace(lane, page.service, page.retry_after, asked_at);
  Reading& reading = *lane.reading;
  std::vector<Ended> ended;
  for (auto& found : reading.list.read(page)) {
    auto item = reading.items.extract(found.order);
    const bool cannot_tell = !found.reply.news && page.service == ports::Service::answered;
    if (cannot_tell && !item.mapped().is_alone) {
      item.mapped().is_alone = true;
      lane.looks.push_back(std::move(item.mapped()));
      continue;
    }
    const ports::StoredRecovery& stored = item.mapped().stored;
    ended.push_back(concluded(context_, stored, found.reply, found.provider_order, asked_at));
  }
  if (reading.list.is_over()) lane.reading.reset();
  for (Ended& one : ended) {
    if (failure_ || broken_) break;
    unbegun_.erase(one.attempt.recovery);
    co_await conclude(std::move(one), lane);
  }
  lane.asks_list = false;
  if (lane.has_looks()) lane.more = true;
}

}  // namespace recycled::engine
