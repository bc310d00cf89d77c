// The inquiry about an order whose id of theirs never came: a look for our own in their list.
#include <algorithm>
#include <utility>

#include "engine/steps.hpp"

namespace recycled::engine {
namespace {

// How far FlexFactor's clock and ours may be apart.
constexpr Millis clock_skew = std::chrono::minutes(10);

// An order began there when the request arrived: so long after it had left, with a clock that was
// wrong meanwhile, at the very latest.
constexpr Millis longest_on_its_way = std::chrono::hours(2);

constexpr int most_pages = 100;  // longer than that, the repeat under its key is the better way

}  // namespace

// What began there while the request may have left, a page at a time.
async::Task<void> Steps::look_up(Item item, Lane& lane) {
  ports::Provider& provider = context_.desk.provider(item.stored.recovery.provider_gateway);
  const Instant now = context_.clock.now();
  if (item.look.page == 1) item.look.began = now;
  ports::ListQuery query;
  query.from = item.stored.recovery.unsent_until - clock_skew;
  const auto& left_by = item.stored.recovery.left_by;
  query.to = item.look.began + clock_skew;  // the same for every page
  if (left_by) query.to = std::min(query.to, *left_by + longest_on_its_way);
  query.page = item.look.page;
  const auto page = co_await provider.list(query);
  auto found = found_on(page, item.stored.recovery.order, item.look);
  if (found) {
    auto ended = concluded(context_, item.stored, found->reply, found->order, now);
    co_await record(std::move(item), std::move(ended));
    co_return;
  }
  pace(lane, page.service, page.retry_after, now);
  item.look.page += 1;
  lane.unfinished.push_back(std::move(item));
  lane.more = true;
}

// What a page says about the order; nothing: the next one must be asked.
std::optional<Steps::Found> Steps::found_on(const ports::ListReply& page, const OrderId& order,
                                            Look& look) {
  Found found;
  found.reply.service = page.service;
  found.reply.retry_after = page.retry_after;
  found.reply.word = page.why;
  if (!page.orders) return found;
  if (page.orders->empty()) {
    found.reply.word = look.shows_ours ? "not in the list" : "the list does not show our order ids";
    if (look.shows_ours) found.reply.news = billing::News::not_found;
    return found;
  }
  for (const ports::ListedOrder& listed : *page.orders) {
    if (listed.order.empty()) look.shows_ours = false;
    if (listed.order != order) continue;
    found.reply.news = listed.news;
    found.reply.word = listed.word;
    found.order = listed.provider_order;
    return found;
  }
  if (look.page < most_pages) return std::nullopt;
  found.reply.word = "the list is too long";
  return found;
}

}  // namespace recycled::engine
