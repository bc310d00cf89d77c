// From a record of an import file to a subscription, or to everything that is wrong with it.
// Source: operations.md "Import formats", mission.md X4.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "billing/subscription.hpp"
#include "intake/field_reader.hpp"
#include "intake/record.hpp"

namespace recycled::intake {

struct SubscriptionRecord {
  billing::Subscription subscription;
  std::optional<ports::PlainCard> card;  // to be tokenized: the subscription has no token yet
};

using SubscriptionResult = tl::expected<SubscriptionRecord, std::vector<FieldProblem>>;

// A record that holds a card number, in any field but a card_number to be tokenized, is refused for
// that alone.
SubscriptionResult to_subscription(const Fields& fields, const RecordRules& rules);

// The fields a subscription record may have; any other column is not read, but still searched for
// card numbers.
bool is_subscription_field(std::string_view name);
// Those no record can do without.
const std::vector<std::string>& required_subscription_fields();

}  // namespace recycled::intake
