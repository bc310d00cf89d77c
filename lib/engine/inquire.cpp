// Asks FlexFactor how an order stands. Inquiries thin out but cover the whole window, and they are
// all there is for who has no open port (mission.md X3, lessons.md 13).
#include <utility>

#include "engine/line.hpp"
#include "engine/steps.hpp"

namespace recycled::engine {
namespace {

// How far FlexFactor's clock and ours may be apart.
constexpr Millis clock_skew = std::chrono::minutes(10);

constexpr int most_pages = 100;  // longer than that, the repeat under its key is the better way

}  // namespace

async::Task<void> Steps::inquire(Item item) {
  ports::Provider& provider = provider_of(item);
  const Instant asked_at = context_.clock.now();
  ProviderOrderId order = *item.stored.recovery.provider_order;
  Found found;
  found.reply = co_await provider.inquire(std::move(order));
  co_await conclude(std::move(item), std::move(found), asked_at);
}

// For an order whose id of theirs never came: our own id in their list of what began since then, a
// page at a time.
async::Task<void> Steps::look_up(Item item, Lane& lane) {
  ports::Provider& provider = provider_of(item);
  const Instant now = context_.clock.now();
  if (item.look.page == 1) item.look.began = now;
  ports::ListQuery query;
  query.from = item.stored.recovery.unsent_until - clock_skew;
  query.to = item.look.began + clock_skew;  // the same for every page
  query.page = item.look.page;
  const auto page = co_await provider.list(query);
  auto found = found_on(page, item.stored.recovery.order, item.look);
  if (found) {
    co_await conclude(std::move(item), std::move(*found), now);
    co_return;
  }
  Ended ended;
  ended.attempt.started_at = now;
  ended.service = page.service;
  ended.retry_after = page.retry_after;
  pace(item, ended);
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

async::Task<void> Steps::conclude(Item item, Found found, Instant asked_at) {
  const ports::InquiryReply& reply = found.reply;
  Ended ended;
  ended.service = reply.service;
  ended.retry_after = reply.retry_after;
  ended.attempt.started_at = asked_at;
  ended.attempt.outcome = reply.news ? billing::to_text(*reply.news) : "no_answer";
  ended.attempt.detail = reply.word;
  ports::Event asked = line_about(ports::EventName::recovery_inquired, item.stored);
  asked.reason = ended.attempt.outcome;
  asked.took = context_.clock.now() - asked_at;
  context_.events.note(asked);
  using Because = billing::InquiryFailed::Because;
  const bool answered = reply.service == ports::Service::answered;
  billing::Event event = billing::InquiryFailed{
      reply.retry_after, answered ? Because::cannot_tell : Because::no_answer};
  if (reply.news) {
    event = billing::Learned{*reply.news, billing::Source::inquiry, found.order, std::nullopt};
  }
  co_await record(std::move(item), std::move(ended), std::move(event));
}

}  // namespace recycled::engine
