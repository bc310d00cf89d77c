#include "intake/plain_card.hpp"

#include <set>
#include <utility>

#include "base/card_number.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

constexpr std::string_view field = "card_number";

// Exactly one FlexFactor gateway, or nothing to go by.
std::optional<GatewayId> taker_of(const billing::Rules& rules, const GatewayId& gateway) {
  const billing::RecycleProfile* profile = billing::profile_of(rules, gateway);
  if (profile == nullptr) return std::nullopt;
  std::set<GatewayId> takers;
  if (profile->gateway_4_6) takers.insert(*profile->gateway_4_6);
  if (profile->gateway_7_9) takers.insert(*profile->gateway_7_9);
  if (takers.size() != 1) return std::nullopt;
  return *takers.begin();
}

// The holder's name as it stands on the card; where nobody said, the payer's.
void name_holder(const billing::Subscription& read, ports::PlainCard& card) {
  const std::string& holder = read.card.holder;
  const auto space = holder.rfind(' ');
  if (space == std::string::npos) {
    card.first_name = read.payer.first_name;
    card.last_name = holder.empty() ? read.payer.last_name : holder;
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
                                                const billing::Rules& rules,
                                                const Tokenizing& tokenizing,
                                                billing::Subscription& read) {
  if (!gives_card_number(fields)) return std::nullopt;
  const auto number = read_card_number(fields.find(field)->second);
  if (number) {
    read.card.first6 = std::string(number->reveal().substr(0, 6));
    read.card.last4 = std::string(number->reveal().substr(number->reveal().size() - 4));
  }
  // What is not due for a hand-over needs no token, and its number goes nowhere.
  if (read.status != billing::SubscriptionStatus::recycle_billing) return std::nullopt;
  if (!read.card.token.empty()) {
    reader.complain(field, "is given beside card_token: leave one of them out");
  } else if (!number) {
    const bool is_masked = fields.find(field)->second.find('*') != std::string::npos;
    reader.complain(field, is_masked ? "is masked: import the row from its source file"
                                     : "is no card number, or its check digit is wrong");
  }
  reader.require("card_exp_month");
  reader.require("card_exp_year");
  const auto gateway = tokenizing.gateway ? tokenizing.gateway : taker_of(rules, read.gateway);
  if (!gateway) {
    reader.complain(field,
                    "cannot be tokenized: the recycle profile of its gateway_id does not name "
                    "exactly one FlexFactor gateway; name one with --gateway");
  }
  if (!reader.problems().empty()) return std::nullopt;
  ports::PlainCard card;
  card.gateway = *gateway;
  card.number = *number;
  card.exp_month = *read.card.exp_month;
  card.exp_year = *read.card.exp_year;
  name_holder(read, card);
  return card;
}

}  // namespace recycled::intake
