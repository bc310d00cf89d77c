// A record that is right, and what it is judged by.
#pragma once

#include <string>
#include <string_view>

#include "intake/subscription_record.hpp"

namespace recycled::intake::fixture {

// Five hours behind UTC all year: enough to tell a civil day's start from an instant's midnight.
class FiveHoursBehind final : public ports::Calendar {
 public:
  CivilDate day_of(Instant at) const override {
    return CivilDate(std::chrono::floor<std::chrono::days>(at - behind_));
  }
  Instant start_of(CivilDate day) const override { return std::chrono::sys_days(day) + behind_; }
  Instant add_days(Instant at, int days) const override { return at + std::chrono::days(days); }

 private:
  Millis behind_ = std::chrono::hours(5);
};

inline billing::Rules rules() {
  billing::Rules made;
  made.gateways[GatewayId("nmi_1")] = {GatewayId("nmi_1"), "nmi", {}};
  made.gateways[GatewayId("ff")] = {GatewayId("ff"), "flexfactor", billing::FlexFactorTerms()};
  made.campaigns[CampaignId("summer")] = {CampaignId("summer"), {}};
  made.routing_profiles[RoutingProfileId("atri")] = {RoutingProfileId("atri"), {}};
  billing::RecycleProfile profile;
  profile.id = ProfileId("standard");
  profile.gateways = {GatewayId("nmi_1")};
  profile.gateway_4_6 = GatewayId("ff");
  made.profiles = {profile};
  return made;
}

struct Judge {
  billing::Rules rules = fixture::rules();
  FiveHoursBehind calendar;
  std::optional<Tokenizing> tokenizing;
  RecordRules record_rules() const {
    return {rules, calendar, *parse_instant("2026-11-23T12:00:00Z"), tokenizing};
  }
};

inline Fields good_fields() {
  return {{"subscription_id", "sub-1"},
          {"gateway_id", "nmi_1"},
          {"status", "recycle_billing"},
          {"billing_cycle", "4"},
          {"price", "89.95"},
          {"currency", "USD"},
          {"interval", "30d"},
          {"declined_at", "2026-11-20"},
          {"reattempts_made", "3"},
          {"last_attempt_at", "2026-11-22T10:00:00Z"},
          {"decline_code", "51"},
          {"decline_message", "Insufficient funds"},
          {"card_token", "tok-1"}};
}

inline Fields with(std::string_view name, std::string_view value) {
  Fields fields = good_fields();
  fields[std::string(name)] = value;
  return fields;
}

// Test numbers of card networks, which pass the Luhn check and belong to nobody.
inline constexpr std::string_view visa = "4111111111111111";

}  // namespace recycled::intake::fixture
