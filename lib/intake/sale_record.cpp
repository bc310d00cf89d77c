#include "intake/sale_record.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "intake/common_fields.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

using billing::Sale;
using billing::SaleStatus;

constexpr std::array own_fields{"order_type", "subscription_id", "routing_profile_id"};

// Kept for every status once it is whole. Nothing was re-attempted yet: its one attempt is the
// decline.
std::optional<billing::Declined> read_declined(FieldReader& reader, SaleStatus status,
                                               const RecordRules& rules) {
  if (status == SaleStatus::declined) {
    for (const char* name : {"declined_at", "decline_code", "decline_message"}) {
      reader.require(name);
    }
  }
  const auto at = read_instant(reader, "declined_at", rules);
  billing::Declined declined = read_decline(reader);
  if (!at) return std::nullopt;
  declined.at = *at;
  declined.last_attempt_at = *at;
  return declined;
}

// Where the config lists routing profiles, a name outside that list is a misspelling. FlexFactor is
// none, and stands in none (S4, N1).
RoutingProfileId read_routing_profile(FieldReader& reader, const billing::Rules& rules) {
  RoutingProfileId id(reader.id("routing_profile_id"));
  if (is_flexfactor(rules, GatewayId(id.str()))) {
    reader.complain("routing_profile_id",
                    "is '" + printable(id.str()) +
                        "', a FlexFactor [[gateway]] of the config, which is no routing profile "
                        "and stands in none: write the one that the order came through, or none");
    return id;
  }
  const auto& known = rules.routing_profiles;
  if (id.empty() || known.empty() || known.contains(id)) return id;
  reader.complain("routing_profile_id", "is '" + printable(id.str()) +
                                            "': no [[routing_profile]] of the config has this id");
  return id;
}

constexpr std::string_view no_account =
    "cannot be tokenized: the config does not have exactly one FlexFactor gateway; name one with "
    "--gateway";

}  // namespace

SaleResult to_sale(const Fields& fields, const RecordRules& rules) {
  auto card_numbers = card_problems(fields, rules);
  if (!card_numbers.empty()) return tl::unexpected(std::move(card_numbers));

  FieldReader reader(fields);
  Sale read;
  read.id = SaleId(reader.required_id("order_id"));
  read.gateway = read_gateway(reader, rules.rules, "the one that declined the order");
  reader.require("status");
  const auto status = reader.parsed("status", &billing::parse_sale_status,
                                    "partial, pending, complete, declined, refunded or cancelled");
  read.status = status.value_or(SaleStatus::declined);
  const auto type =
      reader.parsed("order_type", &billing::parse_sale_type, "new, trial_completion or nothing");
  read.type = type.value_or(billing::SaleType::new_sale);
  read.amount = read_money(reader, "amount");
  read.declined = read_declined(reader, read.status, rules);
  read.subscription = SubscriptionId(reader.id("subscription_id"));
  read.routing_profile = read_routing_profile(reader, rules.rules);
  read.customer = CustomerId(reader.id("customer_id"));
  read.campaign = read_campaign(reader, rules.rules);
  read.product = ProductId(reader.id("product_id"));
  read.card = read_card(reader);
  read.payer = read_payer(reader);
  const bool is_due = read.status == SaleStatus::declined;
  std::optional<ports::PlainCard> card;
  if (rules.tokenizing) {
    const auto& named = rules.tokenizing->gateway;
    card = read_plain_card(reader, fields,
                           {read.card, read.payer, is_due ? TokenFor::now : TokenFor::nothing,
                            named ? named : sole_flexfactor(rules.rules), no_account});
  }
  if (is_due) require_due(reader, fields, rules, {"amount", read.amount});
  if (!reader.problems().empty()) return tl::unexpected(reader.problems());
  return SaleRecord{std::move(read), std::move(card)};
}

bool is_sale_field(std::string_view name) {
  const auto& required = required_sale_fields();
  return is_common_field(name) ||
         std::find(required.begin(), required.end(), name) != required.end() ||
         std::find(own_fields.begin(), own_fields.end(), name) != own_fields.end();
}

const std::vector<std::string>& required_sale_fields() {
  static const std::vector<std::string> fields{"order_id",     "gateway_id",     "status",
                                               "amount",       "currency",       "declined_at",
                                               "decline_code", "decline_message"};
  return fields;
}

}  // namespace recycled::intake
