// The card_number of a record, on its way to a token (mission.md X4). Only `import --tokenize`
// reads it; everywhere else a card number refuses the record.
#pragma once

#include <optional>
#include <string_view>

#include "billing/subscription.hpp"
#include "crypto/secret.hpp"
#include "intake/field_reader.hpp"
#include "ports/tokenizer.hpp"

namespace recycled::intake {

// That card numbers are taken in, and which FlexFactor gateway's account makes the tokens. Without
// one, the record's own: the one that it would be handed over to.
struct Tokenizing {
  std::optional<GatewayId> gateway;
};

bool gives_card_number(const Fields& fields);

// 13 to 19 digits, with spaces and dashes between them or none, whose check digit is right.
std::optional<crypto::Secret> read_card_number(std::string_view text);

enum class TokenFor { now, nothing };

// Whose card it is.
struct CardOwner {
  billing::Card& card;  // as the record's other fields say; first six and last four are put into it
  const billing::Payer& payer;
  TokenFor needed;  // what is not to be handed over needs no token, and its number goes nowhere
  std::optional<GatewayId> account;  // of FlexFactor, that makes the token; absent: …
  std::string_view no_account;       // … this is what to say of the number
};

// The card to be tokenized, where a token is needed and a number given.
std::optional<ports::PlainCard> read_plain_card(FieldReader& reader, const Fields& fields,
                                                const CardOwner& owner);

}  // namespace recycled::intake
