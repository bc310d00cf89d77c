// Asks FlexFactor how an order stands. Inquiries thin out but cover the whole window, and they are
// all there is for who has no open port (mission.md X3, lessons.md 13).
#include <utility>

#include "engine/line.hpp"
#include "engine/steps.hpp"

namespace recycled::engine {
namespace {

// How far FlexFactor's clock and ours may be apart.
constexpr Millis clock_skew = std::chrono::minutes(10);

}  // namespace

async::Task<void> Steps::inquire(Item item) {
  ports::Provider& provider = provider_of(item);
  const billing::Recovery& recovery = item.stored.recovery;
  Ended ended;
  ports::Attempt& attempt = ended.attempt;
  attempt.started_at = context_.clock.now();
  Found found;
  if (recovery.provider_order) {
    ProviderOrderId order = *recovery.provider_order;
    found.reply = co_await provider.inquire(std::move(order));
  } else {
    OrderId order = recovery.order;
    const Instant since = recovery.unsent_until;
    found = co_await look_up(provider, std::move(order), since);
  }
  const ports::InquiryReply& reply = found.reply;
  ended.service = reply.service;
  ended.retry_after = reply.retry_after;
  attempt.outcome = reply.news ? billing::to_text(*reply.news) : "no_answer";
  attempt.detail = reply.word;
  ports::Event asked = line_about(ports::EventName::recovery_inquired, item.stored);
  asked.reason = attempt.outcome;
  asked.took = context_.clock.now() - attempt.started_at;
  context_.events.note(asked);
  billing::Event event = billing::InquiryFailed{reply.retry_after};
  if (reply.news) {
    event = billing::Learned{*reply.news, billing::Source::inquiry, found.order, std::nullopt};
  }
  co_await record(std::move(item), std::move(ended), std::move(event));
}

// For an order whose id of theirs never came: our own id in their list of what began since then.
async::Task<Steps::Found> Steps::look_up(ports::Provider& provider, OrderId order, Instant since) {
  constexpr int most_pages = 100;  // longer than that, the repeat under its key is the better way
  ports::ListQuery query;
  query.from = since - clock_skew;
  query.to = context_.clock.now() + clock_skew;
  Found found;
  bool shows_ours = true;
  for (; query.page <= most_pages; ++query.page) {
    auto page = co_await provider.list(query);
    found.reply.service = page.service;
    found.reply.retry_after = page.retry_after;
    found.reply.word = page.why;
    if (!page.orders) co_return found;
    if (page.orders->empty()) {
      found.reply.word = shows_ours ? "not in the list" : "the list does not show our order ids";
      if (shows_ours) found.reply.news = billing::News::not_found;
      co_return found;
    }
    for (const ports::ListedOrder& listed : *page.orders) {
      if (listed.order.empty()) shows_ours = false;
      if (listed.order != order) continue;
      found.reply.news = listed.news;
      found.reply.word = listed.word;
      found.order = listed.provider_order;
      co_return found;
    }
  }
  found.reply.word = "the list is too long";
  co_return found;
}

}  // namespace recycled::engine
