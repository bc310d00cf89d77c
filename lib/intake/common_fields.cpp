#include "intake/common_fields.hpp"

#include <algorithm>
#include <array>

#include "base/money.hpp"
#include "intake/card_guard.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

constexpr std::array common_fields{
    "gateway_id",      "status",       "currency",    "declined_at", "decline_code",
    "decline_message", "decline_type", "avs_result",  "cvv_result",  "card_token",
    "card_number",     "card_first6",  "card_last4",  "card_brand",  "card_exp_month",
    "card_exp_year",   "card_holder",  "customer_id", "campaign_id", "product_id",
    "email",           "phone",        "ip_address",  "first_name",  "last_name",
    "address1",        "address2",     "city",        "state",       "zip",
    "country"};

// A merchant's clock may be ahead of ours, and a civil day begins elsewhere first.
constexpr Millis ahead = std::chrono::hours(24);
constexpr Instant oldest = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);

// S4 names two places: the campaign's product or the routing profile, and what was put there.
std::string sold_by(FieldReader& reader) {
  std::string places;
  for (const char* place : {"campaign_id", "product_id", "routing_profile_id"}) {
    const std::string id = reader.text(place);
    if (!id.empty())
      places += (places.empty() ? "" : ", ") + (place + (" '" + printable(id) + "'"));
  }
  return places.empty() ? places : " (here of " + places + ")";
}

}  // namespace

bool is_common_field(std::string_view name) {
  return std::find(common_fields.begin(), common_fields.end(), name) != common_fields.end();
}

std::vector<FieldProblem> card_problems(const Fields& fields, const RecordRules& rules) {
  std::vector<FieldProblem> problems;
  for (const auto& [name, value] : fields) {
    if (name == "card_number") {
      if (rules.tokenizing || is_blank(value)) continue;
      problems.push_back(
          {name, "is read by import --tokenize alone: use that, or replace it by its card_token"});
    } else if (holds_card_number(value)) {
      problems.push_back(
          {printable(mask_card_numbers(name)), "holds what looks like a card number: remove it"});
    } else if (holds_masked_number(value)) {
      problems.push_back(
          {printable(name), "holds a masked card number: take this row from its source again"});
    }
  }
  return problems;
}

std::optional<Instant> read_instant(FieldReader& reader, std::string_view name,
                                    const RecordRules& rules) {
  const auto parse = [&rules](std::string_view text) -> std::optional<Instant> {
    if (const auto date = parse_date(text)) return rules.calendar.start_of(*date);
    return parse_instant(text);
  };
  const auto at = reader.parsed(name, parse, "an ISO 8601 date or time with its offset");
  if (at && (*at < oldest || *at > rules.now + ahead)) {
    reader.complain(name, "lies before the year 2000 or in the future");
    return std::nullopt;
  }
  return at;
}

// Money needs its currency to be read; without one there is only the currency to complain about.
Money read_money(FieldReader& reader, std::string_view name) {
  reader.require("currency");
  const auto currency = reader.parsed("currency", &Currency::parse, "an ISO 4217 code such as USD");
  const std::string written = reader.required(name);
  if (!currency || written.empty()) return {};
  const auto money = parse_money(written, *currency);
  if (money) return *money;
  reader.complain(name, "is '" + printable(written) + "': " + money.error().message);
  return {};
}

GatewayId read_gateway(FieldReader& reader, const billing::Rules& rules, std::string_view instead) {
  GatewayId id(reader.required_id("gateway_id"));
  if (id.empty()) return id;
  const auto known = rules.gateways.find(id);
  if (known == rules.gateways.end()) {
    reader.complain("gateway_id",
                    "is '" + printable(id.str()) + "': no [[gateway]] of the config has this id");
  } else if (known->second.flexfactor) {
    reader.complain("gateway_id", "is '" + printable(id.str()) +
                                      "', a FlexFactor [[gateway]] of the config, which salvages "
                                      "declines and sells nothing" +
                                      sold_by(reader) + ": write " + std::string(instead));
  }
  return id;
}

// Where the config lists campaigns, a name outside that list is a misspelling; where it lists none,
// campaigns play no part.
CampaignId read_campaign(FieldReader& reader, const billing::Rules& rules) {
  CampaignId id(reader.id("campaign_id"));
  if (id.empty() || rules.campaigns.empty() || rules.campaigns.contains(id)) return id;
  reader.complain("campaign_id",
                  "is '" + printable(id.str()) + "': no [[campaign]] of the config has this id");
  return id;
}

billing::Declined read_decline(FieldReader& reader) {
  billing::Declined declined;
  declined.code = reader.text("decline_code");
  declined.message = reader.text("decline_message");
  declined.stated =
      reader.parsed("decline_type", &billing::parse_decline_class, "soft, hard or nothing");
  declined.avs_result = reader.text("avs_result");
  declined.cvv_result = reader.text("cvv_result");
  return declined;
}

billing::Card read_card(FieldReader& reader) {
  billing::Card card;
  card.token = reader.text("card_token");
  card.first6 = reader.digits("card_first6", 6, 8);
  card.last4 = reader.digits("card_last4", 4, 4);
  card.brand = reader.text("card_brand");
  card.exp_month = reader.number("card_exp_month", 1, 12);
  card.exp_year = reader.number("card_exp_year", 2000, 2099);
  card.holder = reader.text("card_holder");
  return card;
}

billing::Payer read_payer(FieldReader& reader) {
  billing::Payer payer;
  payer.email = reader.text("email");
  payer.phone = reader.text("phone");
  payer.ip_address = reader.text("ip_address");
  payer.first_name = reader.text("first_name");
  payer.last_name = reader.text("last_name");
  payer.address1 = reader.text("address1");
  payer.address2 = reader.text("address2");
  payer.city = reader.text("city");
  payer.state = reader.text("state");
  payer.zip = reader.text("zip");
  payer.country = reader.text("country");
  return payer;
}

void require_due(FieldReader& reader, const Fields& fields, const RecordRules& rules,
                 const AmountRead& read) {
  const bool numbered = rules.tokenizing && gives_card_number(fields);
  if (!numbered) reader.require("card_token");
  if (reader.problems().empty() && read.amount.minor == 0) {
    reader.complain(read.field, "is nothing to be recovered");
  }
}

}  // namespace recycled::intake
