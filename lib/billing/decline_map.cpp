#include "billing/decline_map.hpp"

#include <algorithm>
#include <tuple>

#include "base/ensure.hpp"

namespace recycled::billing {
namespace {

// Decline messages are the gateways' English: ASCII is all the case there is to ignore.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() ||
         part.empty();
}

bool covers(OrderScope scope, OrderType order) {
  switch (scope) {
    case OrderScope::all:
      return true;
    case OrderScope::initial:
      return order == OrderType::initial;
    case OrderScope::recurring:
      return order == OrderType::recurring;
  }
  ensure(false, "an order scope of the set");
  return false;
}

bool covers(const DeclineRule& rule, const DeclineFacts& decline) {
  if (const auto* kind = std::get_if<GatewayKind>(&rule.scope)) {
    if (kind->name != decline.gateway_kind) return false;
  }
  if (const auto* gateway = std::get_if<GatewayId>(&rule.scope)) {
    if (*gateway != decline.gateway) return false;
  }
  return covers(rule.order, decline.order) && contains(decline.message, rule.message);
}

// Larger is more specific, and what stands first weighs most.
std::tuple<std::size_t, bool, std::size_t> precision(const DeclineRule& rule) {
  static_assert(std::is_same_v<std::variant_alternative_t<2, decltype(rule.scope)>, GatewayId>,
                "the scope's alternatives stand in order of precedence");
  return {rule.scope.index(), rule.order != OrderScope::all, rule.message.size()};
}

}  // namespace

std::optional<DeclineClass> classify(const std::vector<DeclineRule>& rules,
                                     const DeclineFacts& decline) {
  const DeclineRule* best = nullptr;
  for (const DeclineRule& rule : rules) {
    if (!covers(rule, decline)) continue;
    if (!best || precision(rule) > precision(*best)) best = &rule;
  }
  return best ? std::optional(best->maps_to) : decline.stated;
}

}  // namespace recycled::billing
