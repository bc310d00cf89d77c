// Which declines are soft and which are hard. Source: mission.md H1-H3, domain.md
// "Decline mapping".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "billing/subscription.hpp"

namespace recycled::billing {

enum class OrderType { initial, recurring };

// Which order type a rule is for: one of them, or all.
enum class OrderScope { all, initial, recurring };

struct GatewayKind {
  std::string name;
  bool operator==(const GatewayKind&) const = default;
};

struct DeclineRule {
  std::variant<std::monostate, GatewayKind, GatewayId> scope;  // monostate: every gateway
  OrderScope order = OrderScope::all;
  std::string message;  // substring of the decline message, case ignored; empty matches all
  DeclineClass maps_to = DeclineClass::soft;

  bool operator==(const DeclineRule&) const = default;
};

struct DeclineFacts {
  const GatewayId& gateway;
  std::string_view gateway_kind;
  OrderType order;
  std::string_view message;
  std::optional<DeclineClass> stated;
};

// The class of a decline: the most specific matching rule (one gateway beats a kind beats all; a
// specific order type beats all; longer text beats shorter; then first listed), or without a rule
// the class it came with. Nothing: nobody classified it, and it must be held (domain.md).
std::optional<DeclineClass> classify(const std::vector<DeclineRule>& rules,
                                     const DeclineFacts& decline);

}  // namespace recycled::billing
