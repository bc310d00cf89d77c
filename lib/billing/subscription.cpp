#include "billing/subscription.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"

namespace recycled::billing {

std::string_view to_text(SubscriptionStatus status) {
  switch (status) {
    case SubscriptionStatus::trial:
      return "trial";
    case SubscriptionStatus::active:
      return "active";
    case SubscriptionStatus::paused:
      return "paused";
    case SubscriptionStatus::recycle_billing:
      return "recycle_billing";
    case SubscriptionStatus::recycle_failed:
      return "recycle_failed";
    case SubscriptionStatus::complete:
      return "complete";
    case SubscriptionStatus::cancelled:
      return "cancelled";
  }
  ensure(false, "a subscription status of the set");
  return {};
}

bool has_left(SubscriptionStatus status) {
  return status == SubscriptionStatus::cancelled || status == SubscriptionStatus::paused;
}

std::optional<SubscriptionStatus> parse_subscription_status(std::string_view text) {
  return parse_word(text, SubscriptionStatus::cancelled);
}

std::string_view to_text(RebillWith with) {
  switch (with) {
    case RebillWith::as_ever:
      return "";
    case RebillWith::card_number_without_cvv:
      return "card_number_without_cvv";
  }
  ensure(false, "a way to rebill of the set");
  return {};
}

std::optional<RebillWith> parse_rebill_with(std::string_view text) {
  return parse_word(text, RebillWith::card_number_without_cvv);
}

std::string_view to_text(DeclineClass decline_class) {
  switch (decline_class) {
    case DeclineClass::soft:
      return "soft";
    case DeclineClass::hard:
      return "hard";
  }
  ensure(false, "a decline class of the set");
  return {};
}

std::optional<DeclineClass> parse_decline_class(std::string_view text) {
  return parse_word(text, DeclineClass::hard);
}

std::string to_text(Interval interval) {
  const std::string count = std::to_string(interval.count);
  switch (interval.unit) {
    case Interval::Unit::days:
      return count + "d";
    case Interval::Unit::months:
      return count + "m";
    case Interval::Unit::years:
      return count + "y";
  }
  ensure(false, "an interval unit of the set");
  return {};
}

std::optional<Interval> parse_interval(std::string_view text) {
  if (text.size() < 2 || text.size() > 4 || text.front() == '0') return std::nullopt;
  Interval interval{.count = 0};
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    interval.count = interval.count * 10 + (c - '0');
  }
  for (const auto unit : {Interval::Unit::days, Interval::Unit::months, Interval::Unit::years}) {
    interval.unit = unit;
    if (to_text(interval).back() == text.back()) return interval;
  }
  return std::nullopt;
}

}  // namespace recycled::billing
