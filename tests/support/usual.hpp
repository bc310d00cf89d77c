// The rules and the decline that most tests of more than one room begin with.
#pragma once

#include <cstdint>
#include <string>

#include "billing/rules.hpp"
#include "billing/sale.hpp"
#include "billing/subscription.hpp"

namespace recycled::testing {

// A gateway "bank" whose profile p hands over to "ff" at re-attempt 4, three days after the third,
// at a price that is less by `last_reduction` (1/100 major unit).
inline billing::Rules usual_rules(std::int64_t last_reduction = 0) {
  billing::Rules rules;
  const GatewayId bank("bank");
  const GatewayId ff("ff");
  rules.gateways[bank] = billing::Gateway{bank, "card", std::nullopt};
  rules.gateways[ff] = billing::Gateway{ff, "flexfactor", billing::FlexFactorTerms{}};
  billing::RecycleProfile profile;
  profile.id = ProfileId("p");
  profile.gateways = {bank};
  for (int number = 1; number <= 4; ++number) {
    const std::int64_t reduction = number == 4 ? last_reduction : 0;
    profile.reattempts[number] = billing::Reattempt{number, 3, reduction, false};
  }
  profile.gateway_4_6 = ff;
  rules.profiles = {profile};
  return rules;
}

// Declined three times, the last time at `last_attempt`.
inline billing::Subscription declined(const std::string& id, Instant last_attempt,
                                      const std::string& card = "token") {
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

// A new sale that "bank" has declined at that time.
inline billing::Sale declined_sale(const std::string& id, Instant at,
                                   const std::string& card = "token") {
  billing::Sale sale;
  sale.id = SaleId(id);
  sale.gateway = GatewayId("bank");
  sale.amount.minor = 4995;
  sale.declined = declined("any", at, card).declined;
  sale.card.token = card;
  return sale;
}

}  // namespace recycled::testing
