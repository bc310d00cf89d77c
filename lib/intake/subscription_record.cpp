#include "intake/subscription_record.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "intake/common_fields.hpp"

namespace recycled::intake {

namespace {

using billing::Subscription;
using billing::SubscriptionStatus;

constexpr std::array own_fields{"reattempts_made", "last_attempt_at", "next_bill_date",
                                "final_billing_cycle", "anchor_day"};

// Kept for every status once it is whole, but demanded in recycle billing alone: a cancellation
// must not fail for want of a decline code.
std::optional<billing::Declined> read_declined(FieldReader& reader, SubscriptionStatus status,
                                               const RecordRules& rules) {
  if (status == SubscriptionStatus::recycle_billing) {
    for (const char* name :
         {"declined_at", "reattempts_made", "last_attempt_at", "decline_code", "decline_message"}) {
      reader.require(name);
    }
  }
  const auto at = read_instant(reader, "declined_at", rules);
  const auto last = read_instant(reader, "last_attempt_at", rules);
  const auto made = reader.number("reattempts_made", 0, billing::last_reattempt);
  billing::Declined declined = read_decline(reader);
  if (at && last && *last < *at) {
    reader.complain("last_attempt_at", "is before declined_at");
  }
  if (!at || !last || !made) return std::nullopt;
  declined.at = *at;
  declined.last_attempt_at = *last;
  declined.reattempts_made = *made;
  return declined;
}

constexpr std::string_view no_taker =
    "cannot be tokenized: the recycle profile of its gateway_id does not name exactly one "
    "FlexFactor gateway; name one with --gateway";

// Exactly one FlexFactor gateway, or nothing to go by.
std::optional<GatewayId> taker_of(const billing::Rules& rules, const GatewayId& gateway) {
  const billing::RecycleProfile* profile = billing::profile_of(rules, gateway);
  if (profile == nullptr) return std::nullopt;
  std::set<GatewayId> takers;
  if (profile->gateway_4_6) takers.insert(*profile->gateway_4_6);
  if (profile->gateway_7_9) takers.insert(*profile->gateway_7_9);
  if (takers.size() != 1) return std::nullopt;
  return *takers.begin();
}

void read_schedule(FieldReader& reader, Subscription& into) {
  constexpr int most_cycles = 10'000;
  reader.require("billing_cycle");
  into.cycle = reader.number("billing_cycle", 1, most_cycles).value_or(1);
  into.final_cycle = reader.number("final_billing_cycle", 1, most_cycles);
  if (into.final_cycle && *into.final_cycle < into.cycle) {
    reader.complain("final_billing_cycle", "is before billing_cycle");
  }
  reader.require("interval");
  const auto interval =
      reader.parsed("interval", &billing::parse_interval, "one such as 30d, 1m or 1y");
  into.interval = interval.value_or(billing::Interval());
  into.next_bill_on = reader.parsed("next_bill_date", &parse_date, "a date such as 2026-11-23");
  into.anchor_day = reader.number("anchor_day", 1, 31);
}

}  // namespace

SubscriptionResult to_subscription(const Fields& fields, const RecordRules& rules) {
  auto card_numbers = card_problems(fields, rules);
  if (!card_numbers.empty()) return tl::unexpected(std::move(card_numbers));

  FieldReader reader(fields);
  Subscription read;
  read.id = SubscriptionId(reader.required_id("subscription_id"));
  read.gateway = read_gateway(reader, rules.rules, "the one that the subscription is billed at");
  reader.require("status");
  const auto status = reader.parsed(
      "status", &billing::parse_subscription_status,
      "trial, active, paused, recycle_billing, recycle_failed, complete or cancelled");
  read.status = status.value_or(SubscriptionStatus::active);
  read.price = read_money(reader, "price");
  read_schedule(reader, read);
  read.declined = read_declined(reader, read.status, rules);
  read.customer = CustomerId(reader.id("customer_id"));
  read.campaign = read_campaign(reader, rules.rules);
  read.product = ProductId(reader.id("product_id"));
  read.card = read_card(reader);
  read.payer = read_payer(reader);
  const bool is_due = read.status == SubscriptionStatus::recycle_billing;
  std::optional<ports::PlainCard> card;
  if (rules.tokenizing) {
    const auto account =
        rules.tokenizing->gateway ? rules.tokenizing->gateway : taker_of(rules.rules, read.gateway);
    card = read_plain_card(
        reader, fields,
        {read.card, read.payer, is_due ? TokenFor::now : TokenFor::nothing, account, no_taker});
  }
  if (is_due) require_due(reader, fields, rules, {"price", read.price});
  if (!reader.problems().empty()) return tl::unexpected(reader.problems());
  return SubscriptionRecord{std::move(read), std::move(card)};
}

bool is_subscription_field(std::string_view name) {
  const auto& required = required_subscription_fields();
  return is_common_field(name) ||
         std::find(required.begin(), required.end(), name) != required.end() ||
         std::find(own_fields.begin(), own_fields.end(), name) != own_fields.end();
}

const std::vector<std::string>& required_subscription_fields() {
  static const std::vector<std::string> fields{
      "subscription_id", "gateway_id", "status", "billing_cycle", "price", "currency", "interval"};
  return fields;
}

}  // namespace recycled::intake
