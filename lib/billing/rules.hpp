// Everything about billing that an operator configures, as one value. The config room fills it;
// billing and engine read it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "billing/breaker.hpp"
#include "billing/ceilings.hpp"
#include "billing/decline_map.hpp"
#include "billing/profile.hpp"

namespace recycled::billing {

// How FlexFactor set the account up (flexfactor.md "POST evaluate"): it works on and calls back, or
// it answers at once and wants to be asked again.
enum class MitMode { managed, sync };

// What becomes of a success that comes after we had given up (domain.md).
enum class LateSuccess { accept, hold };

// What becomes of a cascade that was approved after its shopper had been told "declined".
enum class LateCascade { refund, hold };

// What is done about a hand-over that was not answered, so that nobody knows whether it arrived.
// Never a new key (flexfactor.md "Repeats", lessons.md 3).
enum class WhenUnknown {
  repeat,    // the same bytes under the same key, inside the repeat window
  look_up,   // look for our order in FlexFactor's list first; not there, or the list cannot tell:
             // repeat
  withdraw,  // give the order up by external-cancel: rather a lost recovery than a doubt
};

struct FlexFactorTerms {
  int expiry_days = 21;  // 1..21 (S2); plays no part in cascades (C2)
  MitMode mit = MitMode::managed;
  bool cascade_all = false;  // C4; of one gateway at most

  bool operator==(const FlexFactorTerms&) const = default;
};

struct Gateway {
  GatewayId id;
  std::string kind;                           // "flexfactor", or the merchant's word for it
  std::optional<FlexFactorTerms> flexfactor;  // exactly for kind "flexfactor"
  CascadeProfileId cascade{};                 // C1, direct cascade; empty: none

  bool operator==(const Gateway&) const = default;
};

enum class RecycleBilling { enabled, disabled };

struct Campaign {
  CampaignId id;
  RecycleBilling recycle_billing = RecycleBilling::enabled;
  bool single_transaction = false;  // C5

  bool operator==(const Campaign&) const = default;
};

// Where a declined sale is tried next, in this order (C1). FlexFactor stands in it once at most;
// the merchant's own gateways are the merchant's to try, and are nothing to us.
struct CascadeProfile {
  CascadeProfileId id;
  std::vector<GatewayId> gateways;

  bool operator==(const CascadeProfile&) const = default;
};

// An ATRI gateway profile. Never holds FlexFactor (S4), but may cascade to it (C1).
struct RoutingProfile {
  RoutingProfileId id;
  std::vector<GatewayId> gateways;
  CascadeProfileId cascade{};  // empty: none

  bool operator==(const RoutingProfile&) const = default;
};

// How often we ask and how long we wait. Defaults: domain.md, flexfactor.md "Repeats".
struct Timing {
  Millis first_inquiry = std::chrono::hours(1);     // after the hand-over; then doubling …
  Millis longest_inquiry = std::chrono::hours(24);  // … up to this gap, to expiry and grace
  Millis grace = std::chrono::hours(6);             // after expiry, before the cancel
  Millis last_look = std::chrono::hours(72);  // after we gave up, and after expiry: was it charged?
  Millis repeat_window = std::chrono::hours(24);   // same bytes under one key, no longer
  Millis sync_repeat = std::chrono::hours(24);     // sync accounts: "not now" until asked again
  Millis first_backoff = std::chrono::seconds(2);  // a peer that does not answer: full jitter
  Millis longest_backoff = std::chrono::minutes(10);
  Millis cascade_deadline = std::chrono::seconds(8);  // a shopper waits no longer
  int cancel_tries = 5;  // cancels that FlexFactor takes and yet goes on: then a person

  bool operator==(const Timing&) const = default;
};

// What the card networks count re-attempts over.
inline constexpr Millis card_cap_span = std::chrono::hours(24 * 30);

struct Rules {
  std::map<GatewayId, Gateway> gateways;
  std::vector<RecycleProfile> profiles;
  std::map<CampaignId, Campaign> campaigns;
  std::map<CascadeProfileId, CascadeProfile> cascade_profiles;
  std::map<RoutingProfileId, RoutingProfile> routing_profiles;
  std::vector<DeclineRule> decline_rules;
  std::vector<std::string> never_send_codes;  // decline codes (domain.md "Guard rails")
  int card_cap = 0;  // hand-overs of one card in card_cap_span; beyond it they wait; 0: no cap
  Ceilings ceilings;
  Breaker breaker;
  LateSuccess late_success = LateSuccess::accept;
  LateCascade late_cascade = LateCascade::refund;
  WhenUnknown when_unknown = WhenUnknown::repeat;
  Timing timing;

  bool operator==(const Rules&) const = default;
};

// The profile whose gateways list holds `gateway`; the config guarantees at most one.
const RecycleProfile* profile_of(const Rules& rules, const GatewayId& gateway);

// A gateway of the rules, and FlexFactor's: it salvages declines, and sells nothing (S4).
bool is_flexfactor(const Rules& rules, const GatewayId& gateway);

// The one FlexFactor gateway there is, where there is one.
std::optional<GatewayId> sole_flexfactor(const Rules& rules);

}  // namespace recycled::billing
