// The columns that the merchant's rows of every kind have alike: decline, card, payer.
#pragma once

#include <optional>

#include "billing/subscription.hpp"
#include "store/rows.hpp"

namespace recycled::store {

#define DECLINE_COLUMNS                                                           \
  "declined_at, reattempts_made, last_attempt_at, decline_code, decline_message," \
  " decline_class, avs_result, cvv_result"
#define CARD_COLUMNS                                                                \
  "card_token, card_first6, card_last4, card_brand, card_exp_month, card_exp_year," \
  " card_holder"
#define PAYER_COLUMNS                                                                      \
  "email, phone, ip_address, first_name, last_name, address1, address2, city, state, zip," \
  " country"

// Each reads or binds its columns, in the order in which they stand above.
std::optional<billing::Declined> read_decline(Columns& in);
billing::Card read_card(Columns& in);
billing::Payer read_payer(Columns& in);
void bind_decline(Binder& out, const std::optional<billing::Declined>& declined);
void bind_card(Binder& out, const billing::Card& card);
void bind_payer(Binder& out, const billing::Payer& payer);

}  // namespace recycled::store
