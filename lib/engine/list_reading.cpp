#include "engine/list_reading.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace recycled::engine {
namespace {

// How far FlexFactor's clock and ours may be apart.
constexpr Millis clock_skew = std::chrono::minutes(10);

// An order began there when the request arrived: so long after it had left, with a clock that was
// wrong meanwhile, at the very latest.
constexpr Millis longest_on_its_way = std::chrono::hours(2);

// Of one page, in a row: the pages before it need not be asked for again because of it. With one of
// three calls failing, ten pages would be some 170 calls if it began anew each time. Fewer than
// those that let a gateway rest: whoever looks then comes back by himself.
constexpr int most_unanswered = 4;

constexpr int most_pages = 100;  // longer than that, the repeat under its key is the better way

}  // namespace

ListReading::Span ListReading::span_of(const billing::Recovery& recovery, Instant now) {
  // The next request of a sync account, or one that was put off, may not have its turn yet.
  const Instant last = std::min(recovery.left_by.value_or(now), now);
  Span span{std::min(recovery.unsent_until, last) - clock_skew, now + clock_skew};
  if (recovery.left_by) span.to = std::min(span.to, *recovery.left_by + longest_on_its_way);
  return span;
}

ListReading::ListReading(const billing::Recovery& first, Instant now)
    : began_(now), first_(span_of(first, now)), span_(first_) {
  missing_.insert(first.order);
}

bool ListReading::takes(const billing::Recovery& recovery) {
  const Span its = span_of(recovery, began_);
  if (its.from > first_.to || its.to < first_.from) return false;
  span_ = {std::min(span_.from, its.from), std::max(span_.to, its.to)};
  missing_.insert(recovery.order);
  return true;
}

ports::ListQuery ListReading::next() const {
  ports::ListQuery query;
  query.from = span_.from;
  query.to = span_.to;
  query.page = page_;
  return query;
}

std::vector<ListReading::Found> ListReading::read(const ports::ListReply& page) {
  ports::InquiryReply reply;
  reply.service = page.service;
  reply.retry_after = page.retry_after;
  reply.word = page.why;
  if (!page.orders) return is_asked_again(page) ? std::vector<Found>() : give_up(reply);
  unanswered_ = 0;
  if (page.orders->empty()) {
    reply.word = shows_ours_ ? "not in the list" : "the list does not show our order ids";
    if (shows_ours_) reply.news = billing::News::not_found;
    return give_up(reply);
  }
  auto found = read_rows(*page.orders, reply);
  if (page_ == most_pages) {
    reply.word = "the list is too long";
    std::ranges::move(give_up(reply), std::back_inserter(found));
  }
  ++page_;
  return found;
}

// Who looks comes back later by himself, and loses nothing where no page has been read yet. A page
// that was answered and cannot be understood would be the same the next time.
bool ListReading::is_asked_again(const ports::ListReply& page) {
  if (page_ == 1 || page.service == ports::Service::answered) return false;
  unanswered_ += 1;
  return unanswered_ < most_unanswered;
}

std::vector<ListReading::Found> ListReading::read_rows(const std::vector<ports::ListedOrder>& rows,
                                                       const ports::InquiryReply& reply) {
  std::vector<Found> found;
  for (const ports::ListedOrder& row : rows) {
    if (row.order.empty()) shows_ours_ = false;
    if (missing_.erase(row.order) == 0) continue;
    Found one{row.order, reply, row.provider_order};
    one.reply.news = row.news;
    one.reply.word = row.word;
    found.push_back(std::move(one));
  }
  return found;
}

std::vector<ListReading::Found> ListReading::give_up(const ports::InquiryReply& reply) {
  std::vector<Found> left;
  left.reserve(missing_.size());
  for (const OrderId& order : missing_) left.push_back({order, reply, std::nullopt});
  missing_.clear();
  return left;
}

}  // namespace recycled::engine
