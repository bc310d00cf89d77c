#include "billing/sendable.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace recycled::billing {

Sendable judge_decline(const Declined& declined, const GatewayId& gateway, OrderType order,
                       const Rules& rules) {
  const auto& never = rules.never_send_codes;
  if (std::find(never.begin(), never.end(), declined.code) != never.end()) {
    return Sendable::never_send_code;
  }
  const DeclineFacts facts{gateway, rules.gateways.at(gateway).kind, order, declined.message,
                           declined.stated};
  const auto decline_class = classify(rules.decline_rules, facts);
  if (!decline_class) return Sendable::unclassified;
  switch (*decline_class) {
    case DeclineClass::hard:
      return Sendable::hard;
    case DeclineClass::soft:
      return Sendable::yes;
  }
  ensure(false, "a decline class of the set");
  return Sendable::unclassified;
}

std::string text_of(const Declined& declined) {
  if (declined.message.empty()) return declined.code;
  if (declined.code.empty()) return declined.message;
  return declined.code + " " + declined.message;
}

}  // namespace recycled::billing
