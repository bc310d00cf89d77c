// The merchant of a simulation: gateways, recycle profiles and customers, who are billed, decline,
// leave, pause and come again. It knows what a merchant's own system knows: what it billed, and
// what recycled told it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "billing/rules.hpp"
#include "billing/sale.hpp"
#include "billing/subscription.hpp"
#include "flexfactor/behaviour.hpp"
#include "ports/calendar.hpp"

namespace recycled::simulation {

// The merchant's rules on its first day: three gateways with a profile each (flat at 4-6,
// percentage at 7-9, a price in yen), one without, and two accounts at FlexFactor, which stand in a
// cascade profile each: of a gateway, and of a routing profile.
billing::Rules merchant_rules(billing::MitMode mode);
// As the operator edits them, one edit after the other; gateways stay.
billing::Rules edited(billing::Rules rules, int edit);

// A gateway of the merchant's own, and the currency of what is sold there.
struct Seller {
  GatewayId gateway;
  Currency currency;
};
// Those of the rules; with a recycle profile twice, since more is sold there.
std::vector<Seller> sellers_of(const billing::Rules& rules);

// Soft as a rule, and now and then hard or of no class.
billing::Declined a_decline(flexfactor::Dice& dice, Instant now);

class Merchant {
 public:
  // `calendar` outlives it.
  Merchant(std::uint64_t seed, int subscriptions, const ports::Calendar& calendar,
           const billing::Rules& rules, Instant start);

  // A day's billing by the rules of that day: the rows to be imported.
  std::vector<billing::Subscription> bill(const billing::Rules& rules, Instant now);
  // What FlexFactor sold is billed by the merchant from then on. The row, to be imported.
  const billing::Subscription& sign_up(const billing::Sale& sale, Instant now);
  // What recycled has told of: the row as it stands there.
  void hear(const billing::Subscription& theirs);
  // From here on every rebill is paid, and nobody leaves or comes.
  void calm() { calm_ = true; }

  // As the merchant has it; null: none of its customers.
  const billing::Subscription* find(const SubscriptionId& id) const;
  // Whether a Recycle Failed is the merchant's own doing.
  bool has_given_up(const SubscriptionId& id) const;
  void each(const std::function<void(const billing::Subscription&)>& visit) const;
  // Counted by what happened: "rebills", "declines", "cancelled", …
  const std::map<std::string, std::int64_t>& lived() const { return lived_; }

 private:
  struct Customer {
    billing::Subscription row;
    CivilDate changed_on{};
    bool given_up = false;  // the merchant's own Recycle Failed
    bool replaced = false;  // by a new customer, after he had left
  };

  void join(Instant now, int days_to_first_bill);
  void add(Customer customer);
  // Whether the row is to be imported.
  bool live_a_day(Customer& customer, const billing::Rules& rules, Instant now);
  bool rebill(Customer& customer, Instant now);
  bool reattempt(Customer& customer, const billing::Rules& rules, Instant now);
  void paid(billing::Subscription& row, CivilDate today);
  void decline(billing::Subscription& row, Instant now);
  bool happens(int in_ten_thousand);

  flexfactor::Dice dice_;
  const ports::Calendar& calendar_;
  const std::vector<Seller> sellers_;
  std::vector<Customer> customers_;
  std::vector<std::size_t> present_;  // of them
  std::map<SubscriptionId, std::size_t> by_id_;
  std::map<std::string, std::int64_t> lived_;
  bool calm_ = false;
};

}  // namespace recycled::simulation
