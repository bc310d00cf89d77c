// The inquiries about orders whose id of theirs never came: looks for our own in their list, as
// many as wait in one reading.
#include <algorithm>
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
  Reading reading{ListReading(lane.looks.front().stored.recovery, now), {}};
  std::vector<Item> others;
  for (Item& item : lane.looks) {
    if (reading.list.takes(item.stored.recovery)) {
      const OrderId order = item.stored.recovery.order;
      reading.items.emplace(order, std::move(item));
    } else {
      others.push_back(std::move(item));
    }
  }
  lane.looks = std::move(others);
  lane.reading = std::move(reading);
  return true;
}

async::Task<void> Steps::read_page(Lane& lane) {
  ports::Provider& provider = context_.desk.provider(lane.gateway);
  const Instant asked_at = context_.clock.now();
  ports::ListQuery query = lane.reading->list.next();
  const auto page = co_await provider.list(std::move(query));
  pace(lane, page.service, page.retry_after, asked_at);
  Reading& reading = *lane.reading;
  std::vector<Ended> ended;
  for (auto& found : reading.list.read(page)) {
    const auto item = reading.items.extract(found.order);
    const ports::StoredRecovery& stored = item.mapped().stored;
    unbegun_.erase(stored.key);
    ended.push_back(concluded(context_, stored, found.reply, found.provider_order, asked_at));
  }
  if (reading.list.is_over()) lane.reading.reset();
  for (Ended& one : ended) {
    co_await conclude(std::move(one), lane);
  }
  lane.asks_list = false;
  if (lane.reading || !lane.looks.empty()) lane.more = true;
}

}  // namespace recycled::engine
