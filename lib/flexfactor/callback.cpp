#include "flexfactor/callback.hpp"

#include <array>

#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

namespace {

using billing::News;

struct EventRow {
  std::string_view event;  // in lower case; a trailing '*' stands for any rest
  std::optional<News> news;
};

constexpr std::array event_table{
    EventRow{"order.completed", News::completed},
    EventRow{"order.expired", News::expired},
    EventRow{"order.cancelled", News::cancelled},
    EventRow{"order.refunded", News::refunded},
    EventRow{"order.capturerequired", News::capture_required},
    EventRow{"payment.chargeback.received", News::charged_back},
    EventRow{"challenge.*", News::challenge},
    EventRow{"payout.*", std::nullopt},
    EventRow{"*", News::strange},
};

bool fits(std::string_view pattern, std::string_view event) {
  if (!pattern.ends_with('*')) return pattern == event;
  return event.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::optional<News> news_of(std::string_view event) {
  const std::string word = lower(event);
  for (const auto& row : event_table) {
    if (fits(row.event, word)) return row.news;
  }
  return News::strange;
}

}  // namespace

Result<Callback> parse_callback(std::string_view body) {
  const auto parsed = parse_object(body);
  if (!parsed) return fail(Fault::invalid, "the body is no JSON object");
  Callback callback;
  callback.event = text_at(*parsed, "Event");
  if (callback.event.empty()) return fail(Fault::invalid, "the body names no Event");
  callback.news = news_of(callback.event);
  callback.order = OrderId(text_at(*parsed, "ExternalOrderId"));
  callback.provider_order = ProviderOrderId(text_at(*parsed, "OrderId"));
  if (callback.news && callback.order.empty() && callback.provider_order.empty()) {
    return fail(Fault::invalid, "the body names neither ExternalOrderId nor OrderId");
  }
  callback.happened_at = parse_instant(text_at(*parsed, "TimeStamp"));
  callback.is_test = is_true(*parsed, "IsTestMode");
  callback.is_resent = is_true(*parsed, "IsResent");
  return callback;
}

}  // namespace recycled::flexfactor
