#include "billing/eligibility.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"
#include "billing/sendable.hpp"

namespace recycled::billing {
namespace {

using MaybeRefusal = std::optional<Refusal>;

// Only one status is ours; the others are told apart because operators ask about them (B7).
MaybeRefusal judge_status(SubscriptionStatus status) {
  switch (status) {
    case SubscriptionStatus::cancelled:
      return Refusal{NotTaken::cancelled, {}};
    case SubscriptionStatus::paused:
      return Refusal{NotTaken::paused, {}};
    case SubscriptionStatus::recycle_failed:
      return Refusal{NotTaken::recycle_failed, {}};
    case SubscriptionStatus::trial:
    case SubscriptionStatus::active:
    case SubscriptionStatus::complete:
      return Refusal{NotTaken::not_in_recycle_billing, std::string(to_text(status))};
    case SubscriptionStatus::recycle_billing:
      return std::nullopt;
  }
  ensure(false, "a subscription status of the set");
  return std::nullopt;
}

bool is_disabled(const Rules& rules, const CampaignId& id) {
  const auto campaign = rules.campaigns.find(id);
  return campaign != rules.campaigns.end() &&
         campaign->second.recycle_billing == RecycleBilling::disabled;
}

// Where it stands in the config: its gateway, its campaign, its profile (B7). An import refuses a
// FlexFactor gateway; a row of an older config may have one that has become FlexFactor's (S4).
MaybeRefusal judge_place(const Subscription& subscription, const Rules& rules) {
  const GatewayId& gateway = subscription.gateway;
  if (!rules.gateways.contains(gateway)) return Refusal{NotTaken::unknown_gateway, gateway.str()};
  if (is_flexfactor(rules, gateway)) {
    return Refusal{NotTaken::declined_at_flexfactor,
                   "gateway_id " + gateway.str() + " is a FlexFactor gateway of the config"};
  }
  if (is_disabled(rules, subscription.campaign)) {
    return Refusal{NotTaken::campaign_disabled, subscription.campaign.str()};
  }
  if (!profile_of(rules, gateway)) return Refusal{NotTaken::no_profile, gateway.str()};
  return std::nullopt;
}

// Whose turn the next re-attempt is (B1, B2).
MaybeRefusal judge_turn(const RecycleProfile& profile, int reattempts_made, const Rules& rules) {
  const auto number = next_reattempt(profile, reattempts_made);
  if (!number) {
    return Refusal{
        NotTaken::schedule_exhausted,
        "profile " + profile.id.str() + ", re-attempts made: " + std::to_string(reattempts_made)};
  }
  const auto gateway = gateway_for(profile, *number);
  const std::string turn = "re-attempt " + std::to_string(*number);
  if (!gateway) return Refusal{NotTaken::merchants_turn, turn};
  if (!is_flexfactor(rules, *gateway)) {
    return Refusal{NotTaken::merchants_turn, turn + ", gateway " + gateway->str()};
  }
  return std::nullopt;
}

MaybeRefusal judge_sending(const Subscription& subscription, const Rules& rules) {
  const Declined& declined = *subscription.declined;
  switch (judge_decline(declined, subscription.gateway, OrderType::recurring, rules)) {
    case Sendable::never_send_code:
      return Refusal{NotTaken::never_send_code, text_of(declined)};
    case Sendable::unclassified:
      return Refusal{NotTaken::unclassified_decline, text_of(declined)};
    case Sendable::hard:
      return Refusal{NotTaken::hard_decline, text_of(declined)};
    case Sendable::yes:
      return std::nullopt;
  }
  ensure(false, "an answer of the set");
  return std::nullopt;
}

HandOver hand_over(const Subscription& subscription, CivilDate last_attempt_on,
                   const RecycleProfile& profile) {
  const int number = next_reattempt(profile, subscription.declined->reattempts_made).value();
  return HandOver{.profile = profile.id,
                  .block = block_of(number).value(),
                  .reattempt = number,
                  .provider_gateway = gateway_for(profile, number).value(),
                  .return_gateway = subscription.gateway,
                  .amount = amount_at(profile, subscription.price, number),
                  .due_on = due_day(profile, last_attempt_on, number)};
}

}  // namespace

std::string_view to_text(NotTaken reason) {
  switch (reason) {
    case NotTaken::not_in_recycle_billing:
      return "not_in_recycle_billing";
    case NotTaken::cancelled:
      return "cancelled";
    case NotTaken::paused:
      return "paused";
    case NotTaken::recycle_failed:
      return "recycle_failed";
    case NotTaken::campaign_disabled:
      return "campaign_disabled";
    case NotTaken::unknown_gateway:
      return "unknown_gateway";
    case NotTaken::declined_at_flexfactor:
      return "declined_at_flexfactor";
    case NotTaken::no_profile:
      return "no_profile";
    case NotTaken::hard_decline:
      return "hard_decline";
    case NotTaken::unclassified_decline:
      return "unclassified_decline";
    case NotTaken::never_send_code:
      return "never_send_code";
    case NotTaken::merchants_turn:
      return "merchants_turn";
    case NotTaken::schedule_exhausted:
      return "schedule_exhausted";
    case NotTaken::no_card:
      return "no_card";
    case NotTaken::missing_field:
      return "missing_field";
    case NotTaken::open_recovery:
      return "open_recovery";
    case NotTaken::already_handed_over:
      return "already_handed_over";
  }
  ensure(false, "a reason of the set");
  return {};
}

std::optional<NotTaken> parse_not_taken(std::string_view text) {
  return parse_word(text, NotTaken::already_handed_over);
}

std::string_view explain(NotTaken reason) {
  switch (reason) {
    case NotTaken::not_in_recycle_billing:
      return "the subscription is not in recycle billing, so there is no decline to recover";
    case NotTaken::cancelled:
      return "the subscription is cancelled";
    case NotTaken::paused:
      return "the subscription is paused";
    case NotTaken::recycle_failed:
      return "the recycle billing of this cycle has failed for good, and only a person may restart "
             "it";
    case NotTaken::campaign_disabled:
      return "its campaign has recycle billing disabled";
    case NotTaken::unknown_gateway:
      return "its gateway is not in the config";
    case NotTaken::declined_at_flexfactor:
      return "it was declined at FlexFactor, which salvages the declines of other gateways";
    case NotTaken::no_profile:
      return "its gateway is in no recycle profile";
    case NotTaken::hard_decline:
      return "the decline is hard, and only soft declines are handed over";
    case NotTaken::unclassified_decline:
      return "nobody said whether the decline is soft or hard, so it is held";
    case NotTaken::never_send_code:
      return "the decline code is on the list of those never sent";
    case NotTaken::merchants_turn:
      return "the next re-attempt is the merchant's own, not FlexFactor's";
    case NotTaken::schedule_exhausted:
      return "the recycle profile lists no further re-attempt";
    case NotTaken::no_card:
      return "there is no card token to hand over";
    case NotTaken::missing_field:
      return "a field that FlexFactor requires is missing";
    case NotTaken::open_recovery:
      return "FlexFactor has it already, and the result is awaited";
    case NotTaken::already_handed_over:
      return "this cycle has been handed over before, and a cycle is handed over once";
  }
  ensure(false, "a reason of the set");
  return {};
}

// The order is the order in which a person would ask: is it alive, is it ours, is it our turn, may
// it be sent, can it be sent. The first "no" is the one reported.
Verdict assess(const Subscription& subscription, CivilDate last_attempt_on, const Rules& rules) {
  if (auto no = judge_status(subscription.status)) return *no;
  ensure(subscription.declined.has_value(), "a subscription in recycle billing has a decline");
  if (auto no = judge_place(subscription, rules)) return *no;
  const RecycleProfile& profile = *profile_of(rules, subscription.gateway);
  if (auto no = judge_turn(profile, subscription.declined->reattempts_made, rules)) return *no;
  if (auto no = judge_sending(subscription, rules)) return *no;
  if (subscription.card.token.empty()) return Refusal{NotTaken::no_card, {}};
  return hand_over(subscription, last_attempt_on, profile);
}

}  // namespace recycled::billing
