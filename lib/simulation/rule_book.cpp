#include "simulation/rule_book.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <tuple>
#include <variant>

namespace recycled::simulation {
namespace {

using billing::DeclineRule;
using billing::OrderScope;

std::string lower(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(letter));
  return text;
}

// How exactly the rule is meant for that gateway; 0: it is not.
int exactness(const DeclineRule& rule, const billing::Gateway& gateway) {
  if (const auto* one = std::get_if<GatewayId>(&rule.scope)) return *one == gateway.id ? 3 : 0;
  const auto* kind = std::get_if<billing::GatewayKind>(&rule.scope);
  if (kind == nullptr) return 1;
  return kind->name == gateway.kind ? 2 : 0;
}

bool is_for(const DeclineRule& rule, billing::OrderType order) {
  if (rule.order == OrderScope::all) return true;
  return (rule.order == OrderScope::initial) == (order == billing::OrderType::initial);
}

bool is_flexfactors(const billing::Rules& rules, const GatewayId& id) {
  const auto found = rules.gateways.find(id);
  return found != rules.gateways.end() && found->second.flexfactor.has_value();
}

}  // namespace

std::int64_t amount_by_the_rule(const billing::RecycleProfile& profile, const Money& price,
                                int reattempt) {
  std::int64_t unit = 1;  // of a hundredth of a major unit, in minor units times 100
  for (int digit = 0; digit < price.currency.exponent(); ++digit) unit *= 10;
  const std::int64_t least = profile.minimum_price * unit / 100;
  if (price.minor <= least) return price.minor;
  std::int64_t off = 0;
  for (const auto& [number, step] : profile.reattempts) {
    if (number <= reattempt && !step.skip) off += step.reduction;
  }
  std::int64_t amount = price.minor - off * unit / 100;
  if (profile.reduction_type == billing::ReductionType::percentage) {
    amount = (price.minor * (10'000 - off) * 2 + 10'000) / 20'000;
  }
  return std::max(amount, least);
}

const billing::RecycleProfile* profile_with(const billing::Rules& rules, const GatewayId& gateway) {
  for (const auto& profile : rules.profiles) {
    const auto& all = profile.gateways;
    if (std::find(all.begin(), all.end(), gateway) != all.end()) return &profile;
  }
  return nullptr;
}

int next_number(const billing::RecycleProfile& profile, int made) {
  for (int number = made + 1; number <= 9; ++number) {
    const auto listed = profile.reattempts.find(number);
    if (listed == profile.reattempts.end()) return 0;
    if (!listed->second.skip) return number;
  }
  return 0;
}

bool may_be_sent(const billing::Rules& rules, const GatewayId& gateway, billing::OrderType order,
                 const billing::Declined& declined) {
  const auto& never = rules.never_send_codes;
  if (std::find(never.begin(), never.end(), declined.code) != never.end()) return false;
  auto verdict = declined.stated;
  std::tuple<int, bool, std::size_t> best{0, false, 0};
  for (const DeclineRule& rule : rules.decline_rules) {
    const bool fits = lower(declined.message).find(lower(rule.message)) != std::string::npos;
    const int exact = exactness(rule, rules.gateways.at(gateway));
    if (!fits || exact == 0 || !is_for(rule, order)) continue;
    const std::tuple precise{exact, rule.order != OrderScope::all, rule.message.size()};
    if (precise <= best && std::get<0>(best) > 0) continue;
    best = precise;
    verdict = rule.maps_to;
  }
  return verdict == billing::DeclineClass::soft;
}

std::optional<GatewayId> cascade_gateway(const billing::Rules& rules, const billing::Sale& sale) {
  for (const auto& [id, gateway] : rules.gateways) {
    if (gateway.flexfactor && gateway.flexfactor->cascade_all) return id;
  }
  CascadeProfileId profile;
  const auto routing = rules.routing_profiles.find(sale.routing_profile);
  if (routing != rules.routing_profiles.end()) profile = routing->second.cascade;
  if (profile.empty()) profile = rules.gateways.at(sale.gateway).cascade;
  const auto found = rules.cascade_profiles.find(profile);
  if (found == rules.cascade_profiles.end()) return std::nullopt;
  for (const GatewayId& id : found->second.gateways) {
    if (is_flexfactors(rules, id)) return id;
  }
  return std::nullopt;
}

}  // namespace recycled::simulation
