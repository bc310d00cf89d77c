#include "intake/plain_card.hpp"

#include <utility>

#include "base/card_number.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

constexpr std::string_view field = "card_number";

// The holder's name as it stands on the card; where nobody said, the payer's.
void name_holder(const CardOwner& owner, ports::PlainCard& card) {
  const std::string& holder = owner.card.holder;
  const auto space = holder.rfind(' ');
  if (space == std::string::npos) {
    card.first_name = owner.payer.first_name;
    card.last_name = holder.empty() ? owner.payer.last_name : holder;
  } else {
    card.first_name = trimmed(std::string_view(holder).substr(0, space));
    card.last_name = holder.substr(space + 1);
  }
}

}  // namespace

bool gives_card_number(const Fields& fields) {
  const auto given = fields.find(field);
  return given != fields.end() && !is_blank(given->second);
}

std::optional<crypto::Secret> read_card_number(std::string_view text) {
  std::string digits;
  digits.reserve(longest_card_number + 1);  // at once: growing would leave copies behind
  const crypto::WipedAtEnd wiped(digits);
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != ' ' && c != '-' && c != '\t') {
      return std::nullopt;
    }
    if (digits.size() > longest_card_number) return std::nullopt;
  }
  if (digits.size() < shortest_card_number || !passes_luhn(digits)) return std::nullopt;
  return crypto::Secret(std::move(digits));
}

std::optional<ports::PlainCard> read_plain_card(FieldReader& reader, const Fields& fields,
                                                const CardOwner& owner) {
  if (!gives_card_number(fields)) return std::nullopt;
  const auto number = read_card_number(fields.find(field)->second);
  if (number) {
    owner.card.first6 = std::string(number->reveal().substr(0, 6));
    owner.card.last4 = std::string(number->reveal().substr(number->reveal().size() - 4));
  }
  if (owner.needed == TokenFor::nothing) return std::nullopt;
  if (!owner.card.token.empty()) {
    reader.complain(field, "is given beside card_token: leave one of them out");
  } else if (!number) {
    const bool is_masked = fields.find(field)->second.find('*') != std::string::npos;
    reader.complain(field, is_masked ? "is masked: import the row from its source file"
                                     : "is no card number, or its check digit is wrong");
  }
  reader.require("card_exp_month");
  reader.require("card_exp_year");
  if (!owner.account) reader.complain(field, std::string(owner.no_account));
  if (!reader.problems().empty()) return std::nullopt;
  ports::PlainCard card;
  card.gateway = *owner.account;
  card.number = *number;
  card.exp_month = *owner.card.exp_month;
  card.exp_year = *owner.card.exp_year;
  name_holder(owner, card);
  return card;
}

}  // namespace recycled::intake
