// The fields that records of every kind have, each read in one place. Only the *_record.cpp include
// this. Source: operations.md "Import formats".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "billing/subscription.hpp"
#include "intake/field_reader.hpp"
#include "intake/record.hpp"

namespace recycled::intake {

// Of the customer, the card and the decline, and where they are: no record needs to know them all.
bool is_common_field(std::string_view name);

// Card numbers where none may be (X4). A record with any is refused for that alone.
std::vector<FieldProblem> card_problems(const Fields& fields, const RecordRules& rules);

// Not before 2000, and not after the merchant's clock may be.
std::optional<Instant> read_instant(FieldReader& reader, std::string_view name,
                                    const RecordRules& rules);
// `name`, which is required, in `currency`, which is too.
Money read_money(FieldReader& reader, std::string_view name);
// One of the merchant's own; `instead` says which to write where FlexFactor's is named.
GatewayId read_gateway(FieldReader& reader, const billing::Rules& rules, std::string_view instead);
CampaignId read_campaign(FieldReader& reader, const billing::Rules& rules);

// All of a decline but its instants and its count of re-attempts.
billing::Declined read_decline(FieldReader& reader);
billing::Card read_card(FieldReader& reader);
billing::Payer read_payer(FieldReader& reader);

// An amount and the field it came from.
struct AmountRead {
  std::string_view field;
  Money amount;
};
// What is to be handed over needs a card, or its number, and something to charge.
void require_due(FieldReader& reader, const Fields& fields, const RecordRules& rules,
                 const AmountRead& read);

}  // namespace recycled::intake
