#include "simulation/merchant.hpp"

#include <chrono>
#include <iterator>
#include <optional>

#include "base/ensure.hpp"
#include "billing/calendar.hpp"
#include "simulation/rule_book.hpp"

namespace recycled::simulation {
namespace {

using billing::OrderType;
using billing::SubscriptionStatus;
using std::chrono::days;

int days_between(CivilDate from, CivilDate to) {
  return static_cast<int>((std::chrono::sys_days(to) - std::chrono::sys_days(from)).count());
}

bool is_over(SubscriptionStatus status) {
  return status == SubscriptionStatus::cancelled || status == SubscriptionStatus::complete ||
         status == SubscriptionStatus::recycle_failed;
}

}  // namespace

Merchant::Merchant(std::uint64_t seed, int subscriptions, const ports::Calendar& calendar,
                   const billing::Rules& rules, Instant start)
    : dice_(seed * 613 + 5), calendar_(calendar), sellers_(sellers_of(rules)) {
  for (int index = 0; index < subscriptions; ++index) {
    join(start, static_cast<int>(dice_.roll(30)));
  }
}

bool Merchant::happens(int in_ten_thousand) { return dice_.roll(10'000) < in_ten_thousand; }

void Merchant::join(Instant now, int days_to_first_bill) {
  constexpr std::int64_t prices[] = {8995, 1999, 4950, 999};
  const char* const fates[] = {"late-",      "expire-",  "cancel-", "pending-",
                               "challenge-", "capture-", "refuse-"};
  const std::string number = std::to_string(customers_.size() + 1);
  const Seller& seller = sellers_[static_cast<std::size_t>(dice_.roll(std::ssize(sellers_)))];
  Customer customer;
  billing::Subscription& row = customer.row;
  row.id = SubscriptionId("S-" + number);
  row.gateway = seller.gateway;
  row.cycle = static_cast<int>(1 + dice_.roll(20));
  row.price = Money{prices[dice_.roll(4)], seller.currency};
  row.interval = dice_.roll(3) == 0 ? billing::Interval{30, billing::Interval::Unit::days}
                                    : billing::Interval{1, billing::Interval::Unit::months};
  if (dice_.roll(20) == 0) row.final_cycle = row.cycle + static_cast<int>(dice_.roll(4));
  const auto fate = dice_.roll(60);
  row.card.token = (fate < 7 ? fates[fate] : "tok-") + number;
  const CivilDate today = calendar_.day_of(now);
  row.next_bill_on = add_days(today, days_to_first_bill);
  customer.changed_on = today;
  add(std::move(customer));
}

void Merchant::add(Customer customer) {
  by_id_[customer.row.id] = customers_.size();
  present_.push_back(customers_.size());
  customers_.push_back(std::move(customer));
  ++lived_["subscriptions"];
}

const billing::Subscription& Merchant::sign_up(const billing::Sale& sale, Instant now) {
  Customer customer;
  billing::Subscription& row = customer.row;
  row.id = sale.subscription;
  row.gateway = sale.gateway;
  row.cycle = 2;  // the first one was the sale
  row.price = sale.amount;
  row.interval = {1, billing::Interval::Unit::months};
  row.card = sale.card;
  customer.changed_on = calendar_.day_of(now);
  row.next_bill_on = add_days(customer.changed_on, 1 + static_cast<int>(dice_.roll(12)));
  add(std::move(customer));
  ++lived_["signed up by a sale"];
  return customers_.back().row;
}

const billing::Subscription* Merchant::find(const SubscriptionId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &customers_[found->second].row;
}

void Merchant::hear(const billing::Subscription& theirs) {
  const auto found = by_id_.find(theirs.id);
  ensure(found != by_id_.end(), "the merchant is told of its own customers");
  billing::Subscription& ours = customers_[found->second].row;
  const bool left = has_left(ours.status);  // they may hear of it later
  const auto status = ours.status;
  const GatewayId gateway = ours.gateway;  // of which the merchant needs no telling
  ours = theirs;
  ours.gateway = gateway;
  if (left) ours.status = status;
}

bool Merchant::has_given_up(const SubscriptionId& id) const {
  return customers_[by_id_.at(id)].given_up;
}

void Merchant::each(const std::function<void(const billing::Subscription&)>& visit) const {
  for (const Customer& customer : customers_) visit(customer.row);
}

std::vector<billing::Subscription> Merchant::bill(const billing::Rules& rules, Instant now) {
  std::vector<billing::Subscription> rows;
  const std::size_t before = present_.size();
  std::vector<std::size_t> staying;
  for (std::size_t place = 0; place < before; ++place) {
    const std::size_t index = present_[place];
    if (live_a_day(customers_[index], rules, now)) rows.push_back(customers_[index].row);
    if (!customers_[index].replaced) staying.push_back(index);
  }
  present_ = std::move(staying);
  while (present_.size() < before) join(now, static_cast<int>(dice_.roll(30)));
  return rows;
}

bool Merchant::live_a_day(Customer& customer, const billing::Rules& rules, Instant now) {
  billing::Subscription& row = customer.row;
  const CivilDate today = calendar_.day_of(now);
  if (!calm_ && !is_over(row.status) && row.status != SubscriptionStatus::paused) {
    const bool cancels = happens(20);
    if (cancels || happens(15)) {
      row.status = cancels ? SubscriptionStatus::cancelled : SubscriptionStatus::paused;
      customer.changed_on = today;
      ++lived_[cancels ? "cancelled" : "paused"];
      return true;
    }
  }
  switch (row.status) {
    case SubscriptionStatus::trial:
    case SubscriptionStatus::active:
      return rebill(customer, now);
    case SubscriptionStatus::recycle_billing:
      return reattempt(customer, rules, now);
    case SubscriptionStatus::paused:
      if (calm_ || days_between(customer.changed_on, today) < 20) return false;
      row.status = SubscriptionStatus::active;
      row.declined.reset();
      row.next_bill_on = add_days(today, 10);
      ++lived_["resumed"];
      return true;
    case SubscriptionStatus::recycle_failed:
    case SubscriptionStatus::complete:
    case SubscriptionStatus::cancelled:
      if (!calm_) customer.replaced = true;
      return false;
  }
  return false;
}

void Merchant::paid(billing::Subscription& row, CivilDate today) {
  row.declined.reset();
  const bool was_final = row.final_cycle && row.cycle >= *row.final_cycle;
  row.status = was_final ? SubscriptionStatus::complete : SubscriptionStatus::active;
  ++row.cycle;
  if (was_final) {
    row.next_bill_on.reset();
    return;
  }
  const auto next = billing::next_bill(today, row.interval, row.anchor_day);
  row.next_bill_on = next.on;
  row.anchor_day = next.anchor_day;
}

billing::Declined a_decline(flexfactor::Dice& dice, Instant now) {
  const auto kind = dice.roll(20);
  billing::Declined declined;
  declined.at = now;
  declined.last_attempt_at = now;
  declined.code = kind == 0 ? "41" : kind == 1 ? "14" : "51";
  declined.message = kind == 0 ? "Lost card" : kind == 1 ? "Invalid number" : "Insufficient funds";
  if (kind != 2) {
    declined.stated = kind < 2 ? billing::DeclineClass::hard : billing::DeclineClass::soft;
  }
  return declined;
}

void Merchant::decline(billing::Subscription& row, Instant now) {
  row.status = SubscriptionStatus::recycle_billing;
  row.declined = a_decline(dice_, now);
  ++lived_["declines"];
}

bool Merchant::rebill(Customer& customer, Instant now) {
  billing::Subscription& row = customer.row;
  const CivilDate today = calendar_.day_of(now);
  if (!row.next_bill_on || *row.next_bill_on > today) return false;
  ++lived_["rebills"];
  const bool declines = !calm_ && happens(4500);
  if (declines) {
    decline(row, now);
  } else {
    paid(row, today);
  }
  return declines || dice_.roll(4) == 0;  // a merchant need not tell of what went well
}

// The merchant's own re-attempts, up to where a profile names FlexFactor.
bool Merchant::reattempt(Customer& customer, const billing::Rules& rules, Instant now) {
  billing::Subscription& row = customer.row;
  const CivilDate today = calendar_.day_of(now);
  static const billing::RecycleProfile none;  // which re-attempts nothing
  const auto* found = billing::profile_of(rules, row.gateway);
  const billing::RecycleProfile& profile = found != nullptr ? *found : none;
  const auto next = billing::next_reattempt(profile, row.declined->reattempts_made);
  const CivilDate last = calendar_.day_of(row.declined->last_attempt_at);
  const bool is_theirs = next && billing::gateway_for(profile, *next).has_value() &&
                         may_be_sent(rules, row.gateway, OrderType::recurring, *row.declined);
  if (is_theirs && days_between(last, today) < 40) return false;
  if (!next || billing::gateway_for(profile, *next)) {  // or a decline that is not handed over
    if (days_between(last, today) < 4) return false;
    row.status = SubscriptionStatus::recycle_failed;
    customer.given_up = true;
    ++lived_["given up by the merchant"];
    return true;
  }
  if (billing::due_day(profile, last, *next) > today) return false;
  ++lived_["re-attempts by the merchant"];
  if (happens(500)) {
    paid(row, today);
    return true;
  }
  row.declined->reattempts_made = *next;
  row.declined->last_attempt_at = now;
  return true;
}

}  // namespace recycled::simulation
