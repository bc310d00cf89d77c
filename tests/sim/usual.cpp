// The rules and the decline that most stories begin with.
#include "sim/world.hpp"

namespace recycled::sim {

billing::Rules usual_rules() {
  billing::Rules rules;
  const GatewayId bank("bank");
  const GatewayId ff("ff");
  rules.gateways[bank] = billing::Gateway{bank, "card", std::nullopt};
  rules.gateways[ff] = billing::Gateway{ff, "flexfactor", billing::FlexFactorTerms{}};
  billing::RecycleProfile profile;
  profile.id = ProfileId("p");
  profile.gateways = {bank};
  for (int number = 1; number <= 4; ++number) {
    profile.reattempts[number] = billing::Reattempt{number, 3, number == 4 ? 900 : 0, false};
  }
  profile.gateway_4_6 = ff;
  rules.profiles = {profile};
  return rules;
}

billing::Subscription declined(const std::string& id, const std::string& card,
                               Instant last_attempt) {
  billing::Subscription subscription;
  subscription.id = SubscriptionId(id);
  subscription.gateway = GatewayId("bank");
  subscription.status = billing::SubscriptionStatus::recycle_billing;
  subscription.cycle = 5;
  subscription.price.minor = 8995;
  subscription.interval = {1, billing::Interval::Unit::months};
  billing::Declined decline;
  decline.at = last_attempt - std::chrono::days(9);
  decline.last_attempt_at = last_attempt;
  decline.reattempts_made = 3;
  decline.code = "51";
  decline.message = "Insufficient funds";
  decline.stated = billing::DeclineClass::soft;
  subscription.declined = decline;
  subscription.card.token = card;
  return subscription;
}

}  // namespace recycled::sim
