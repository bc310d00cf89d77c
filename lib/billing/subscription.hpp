// What recycled knows of one customer's recurring purchase. Source: domain.md, operations.md
// (import formats). Pure data: nothing here reads a clock or a config.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"

namespace recycled::billing {

enum class SubscriptionStatus {
  trial,
  active,
  paused,
  recycle_billing,
  recycle_failed,
  complete,
  cancelled,
};
std::string_view to_text(SubscriptionStatus status);  // the words of operations.md
std::optional<SubscriptionStatus> parse_subscription_status(std::string_view text);
// Cancelled or paused: the customer does not want to be billed now.
bool has_left(SubscriptionStatus status);

enum class DeclineClass { soft, hard };
std::string_view to_text(DeclineClass decline_class);
std::optional<DeclineClass> parse_decline_class(std::string_view text);

// The bill delay between two cycles: "30d", "1m", "1y".
struct Interval {
  enum class Unit { days, months, years };
  int count = 30;
  Unit unit = Unit::days;

  auto operator<=>(const Interval&) const = default;
};
std::string to_text(Interval interval);
std::optional<Interval> parse_interval(std::string_view text);  // count 1..999

// The decline a subscription in recycle billing stands at.
struct Declined {
  Instant at;               // the cycle's first decline
  int reattempts_made = 0;  // by the merchant, inside this cycle
  Instant last_attempt_at;
  std::string code;
  std::string message;
  std::optional<DeclineClass> stated;  // as it came; absent: the mapping must say
  std::string avs_result;              // empty: none
  std::string cvv_result;              // empty: none

  bool operator==(const Declined&) const = default;
};

// N3: how the next rebill at the merchant's own gateway has to be made.
enum class RebillWith {
  as_ever,
  // The sale was recovered at FlexFactor, so that the merchant's gateway has no token of the card.
  card_number_without_cvv,
};
std::string_view to_text(RebillWith with);  // "" for as_ever
std::optional<RebillWith> parse_rebill_with(std::string_view text);

// A tokenized card. Never the number (X4).
struct Card {
  std::string token;
  std::string first6;
  std::string last4;
  std::string brand;
  std::optional<int> exp_month;  // 1..12
  std::optional<int> exp_year;   // four digits
  std::string holder;

  bool operator==(const Card&) const = default;
};

struct Payer {
  std::string email;
  std::string phone;
  std::string ip_address;
  std::string first_name;
  std::string last_name;
  std::string address1;
  std::string address2;
  std::string city;
  std::string state;
  std::string zip;
  std::string country;

  bool operator==(const Payer&) const = default;
};

struct Subscription {
  SubscriptionId id;
  GatewayId gateway;  // where it is billed: the one that declined, and the one it goes back to
  SubscriptionStatus status = SubscriptionStatus::active;
  int cycle = 1;  // billing cycle; 1 is the first sale
  Money price;    // the regular price
  Interval interval;
  std::optional<int> final_cycle;
  std::optional<CivilDate> next_bill_on;
  std::optional<int> anchor_day;     // 1..31, for intervals of months and years
  std::optional<Declined> declined;  // present whenever status is recycle_billing
  CustomerId customer;               // these three: empty when the merchant did not say
  CampaignId campaign;
  ProductId product;
  Card card;
  Payer payer;

  bool operator==(const Subscription&) const = default;
};

}  // namespace recycled::billing
