#include "store/merchant_columns.hpp"

namespace recycled::store {

std::optional<billing::Declined> read_decline(Columns& in) {
  const auto at = in.maybe_instant();
  const auto made = in.maybe_number();
  const auto last = in.maybe_instant();
  const auto code = in.maybe_text();
  const auto message = in.maybe_text();
  const auto stated = in.maybe_text();
  const auto avs = in.maybe_text();
  const auto cvv = in.maybe_text();
  if (!at) return std::nullopt;
  billing::Declined declined;
  declined.at = *at;
  declined.reattempts_made = made.value_or(0);
  declined.last_attempt_at = last.value_or(*at);
  declined.code = code.value_or("");
  declined.message = message.value_or("");
  if (stated) declined.stated = billing::parse_decline_class(*stated);
  declined.avs_result = avs.value_or("");
  declined.cvv_result = cvv.value_or("");
  return declined;
}

billing::Card read_card(Columns& in) {
  billing::Card card;
  card.token = in.text();
  card.first6 = in.text();
  card.last4 = in.text();
  card.brand = in.text();
  card.exp_month = in.maybe_number();
  card.exp_year = in.maybe_number();
  card.holder = in.text();
  return card;
}

billing::Payer read_payer(Columns& in) {
  billing::Payer payer;
  for (std::string* field :
       {&payer.email, &payer.phone, &payer.ip_address, &payer.first_name, &payer.last_name,
        &payer.address1, &payer.address2, &payer.city, &payer.state, &payer.zip, &payer.country}) {
    *field = in.text();
  }
  return payer;
}

void bind_decline(Binder& out, const std::optional<billing::Declined>& declined) {
  if (!declined) {
    const std::optional<int> none;
    for (int column = 0; column < 8; ++column) out << none;
    return;
  }
  std::optional<std::string_view> stated;
  if (declined->stated) stated = billing::to_text(*declined->stated);
  out << declined->at << declined->reattempts_made << declined->last_attempt_at << declined->code
      << declined->message << stated << declined->avs_result << declined->cvv_result;
}

void bind_card(Binder& out, const billing::Card& card) {
  out << card.token << card.first6 << card.last4 << card.brand << card.exp_month << card.exp_year
      << card.holder;
}

void bind_payer(Binder& out, const billing::Payer& payer) {
  out << payer.email << payer.phone << payer.ip_address << payer.first_name << payer.last_name
      << payer.address1 << payer.address2 << payer.city << payer.state << payer.zip
      << payer.country;
}

}  // namespace recycled::store
