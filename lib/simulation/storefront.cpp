#include "simulation/storefront.hpp"

#include <algorithm>
#include <chrono>

namespace recycled::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Nobody comes at the end of a day, so that whoever asks is answered in it as a rule.
constexpr Millis open_for = hours(22);

std::vector<GatewayId> flexfactor_gateways(const billing::Rules& rules) {
  std::vector<GatewayId> all;
  for (const auto& [id, gateway] : rules.gateways) {
    if (gateway.flexfactor) all.push_back(id);
  }
  return all;
}

}  // namespace

const billing::Sale* Storefront::find(const SaleId& id) const {
  const auto found = sales_.find(id);
  return found == sales_.end() ? nullptr : &found->second;
}

const billing::Sale* Storefront::find(const SubscriptionId& sold) const {
  const auto found = sold_.find(sold);
  return found == sold_.end() ? nullptr : find(found->second);
}

void Storefront::each(const std::function<void(const billing::Sale&)>& visit) const {
  for (const auto& [id, sale] : sales_) visit(sale);
}

billing::Sale Storefront::declined_sale(const billing::Rules& rules, Instant now) {
  const char* const fates[] = {"late-",      "expire-",  "cancel-", "pending-", "pending-",
                               "challenge-", "capture-", "refuse-", "approve-", "approve-"};
  const std::string number = std::to_string(sales_.size() + 1);
  const auto sellers = sellers_of(rules);
  const Seller& seller = sellers[static_cast<std::size_t>(dice_.roll(std::ssize(sellers)))];
  billing::Sale sale;
  sale.id = SaleId("O-" + number);
  sale.gateway = seller.gateway;
  sale.amount = Money{995 + 500 * dice_.roll(20), seller.currency};
  sale.declined = a_decline(dice_, now);
  if (dice_.roll(6) == 0) sale.type = billing::SaleType::trial_completion;
  if (dice_.roll(3) == 0) sale.subscription = SubscriptionId("N-" + number);
  const auto fate = dice_.roll(40);
  sale.card.token = (fate < 10 ? fates[fate] : "tok-") + ("sale-" + number);
  if (dice_.roll(15) > 0) sale.payer.ip_address = "192.0.2." + std::to_string(1 + dice_.roll(250));
  for (const auto& [id, routing] : rules.routing_profiles) {
    const auto& all = routing.gateways;
    const bool holds_it = std::find(all.begin(), all.end(), sale.gateway) != all.end();
    if (holds_it && dice_.roll(2) == 0) sale.routing_profile = id;
  }
  return sale;
}

void Storefront::sell(Day& day, const billing::Rules& rules, Instant now) {
  const Instant at = now + Millis(dice_.roll(open_for.count()));
  billing::Sale sale = declined_sale(rules, now);
  ++lived_["declined sales"];
  if (dice_.roll(3) > 0) {
    day.asked.push_back({at, sale.id, std::nullopt});
    ++lived_["shoppers who wait"];
    const auto again = dice_.roll(8);  // twice at once, or once more when it is long over
    if (again == 0) day.asked.push_back({at + Millis(dice_.roll(3000)), sale.id, std::nullopt});
    if (again == 1) day.asked.push_back({at + hours(1), sale.id, std::nullopt});
  } else {
    day.rows.push_back(sale);
  }
  if (dice_.roll(2) == 0) to_rerun_.emplace_back(at + hours(24 * (1 + dice_.roll(3))), sale.id);
  if (dice_.roll(10) == 0) to_cancel_.emplace_back(at + hours(24 * (1 + dice_.roll(4))), sale.id);
  if (!sale.subscription.empty()) sold_.emplace(sale.subscription, sale.id);
  sales_.emplace(sale.id, std::move(sale));
}

// The shop says so in its next rows.
void Storefront::cancel_what_is_due(Day& day, Instant now) {
  std::erase_if(to_cancel_, [&](const auto& due) {
    if (due.first > now) return false;
    billing::Sale& sale = sales_.at(due.second);
    sale.status = billing::SaleStatus::cancelled;
    day.rows.push_back(sale);
    ++lived_["sales cancelled later"];
    return true;
  });
}

void Storefront::rerun_what_is_due(Day& day, const billing::Rules& rules, Instant now) {
  const auto gateways = flexfactor_gateways(rules);
  for (auto next = to_rerun_.begin(); next != to_rerun_.end();) {
    const auto [at, sale] = *next;
    if (at >= now + open_for) {
      ++next;
      continue;
    }
    const auto& gateway = gateways[static_cast<std::size_t>(dice_.roll(std::ssize(gateways)))];
    const Instant asked_at = std::max(at, now);
    day.asked.push_back({asked_at, sale, gateway});
    ++lived_["reruns asked for"];
    // A click too many; the second one is to be told that FlexFactor has it.
    if (dice_.roll(5) == 0) day.asked.push_back({asked_at + Millis(200), sale, gateway});
    next = to_rerun_.erase(next);
  }
}

Storefront::Day Storefront::open(const billing::Rules& rules, Instant now) {
  Day day;
  cancel_what_is_due(day, now);
  for (int count = 0; count < a_day_; ++count) sell(day, rules, now);
  rerun_what_is_due(day, rules, now);
  std::stable_sort(day.asked.begin(), day.asked.end(),
                   [](const Asked& a, const Asked& b) { return a.at < b.at; });
  return day;
}

}  // namespace recycled::simulation
