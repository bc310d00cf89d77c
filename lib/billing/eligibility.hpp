// Is this subscription to be handed to FlexFactor, when, and for how much; and if not, why not.
// Source: mission.md B1, B2, B6, B7, H1-H3; domain.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "billing/rules.hpp"
#include "billing/subscription.hpp"

namespace recycled::billing {

// Every "no". The words of to_text are an interface: `explain`, the log and operators' scripts.
enum class NotTaken {
  not_in_recycle_billing,  // B7
  cancelled,               // B7
  paused,                  // B7
  recycle_failed,          // already final for this cycle
  campaign_disabled,       // B7
  unknown_gateway,         // the gateway is not in the config
  declined_at_flexfactor,  // S4: what FlexFactor declined is not FlexFactor's to salvage
  no_profile,              // B7: its gateway is in no recycle profile
  hard_decline,            // H1
  unclassified_decline,    // domain.md: held and reported
  never_send_code,         // domain.md "Guard rails"
  merchants_turn,          // the next re-attempt is the merchant's own (B1, B2)
  schedule_exhausted,      // the profile lists no further re-attempt
  no_card,                 // no token to hand over
  missing_field,           // the provider's request would lack a required field
  open_recovery,           // FlexFactor has it (lessons.md 5)
  already_handed_over,     // B6: this cycle's hand-over has been made
};
std::string_view to_text(NotTaken reason);
std::optional<NotTaken> parse_not_taken(std::string_view text);
// One plain sentence for a person, without a full stop: "the decline is hard, and only soft …".
std::string_view explain(NotTaken reason);

struct Refusal {
  NotTaken reason = NotTaken::not_in_recycle_billing;
  std::string detail;  // what exactly: the gateway, the code, the field; may be empty

  bool operator==(const Refusal&) const = default;
};

// What is to be handed over, and the first civil day on which it may be.
struct HandOver {
  ProfileId profile;
  Block block = Block::reattempts_4_6;
  int reattempt = 0;
  GatewayId provider_gateway;
  GatewayId return_gateway;  // B4, B5: where it goes back to
  Money amount;
  CivilDate due_on{};

  bool operator==(const HandOver&) const = default;
};

using Verdict = std::variant<HandOver, Refusal>;

// Judges by the row and the rules alone: whether FlexFactor already has it is the ledger's to know.
// `last_attempt_on` is the civil day of declined->last_attempt_at in the account's zone (any day
// when there is no decline). Whether due_on has come is the caller's comparison.
Verdict assess(const Subscription& subscription, CivilDate last_attempt_on, const Rules& rules);

}  // namespace recycled::billing
