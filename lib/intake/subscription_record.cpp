#include "intake/subscription_record.hpp"

#include <algorithm>
#include <array>

#include "base/money.hpp"
#include "intake/card_guard.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

using billing::Subscription;
using billing::SubscriptionStatus;

constexpr std::array optional_fields{"declined_at",
                                     "reattempts_made",
                                     "last_attempt_at",
                                     "decline_code",
                                     "decline_message",
                                     "card_token",
                                     "card_number",
                                     "customer_id",
                                     "campaign_id",
                                     "product_id",
                                     "decline_type",
                                     "avs_result",
                                     "cvv_result",
                                     "next_bill_date",
                                     "final_billing_cycle",
                                     "anchor_day",
                                     "card_first6",
                                     "card_last4",
                                     "card_brand",
                                     "card_exp_month",
                                     "card_exp_year",
                                     "card_holder",
                                     "email",
                                     "phone",
                                     "ip_address",
                                     "first_name",
                                     "last_name",
                                     "address1",
                                     "address2",
                                     "city",
                                     "state",
                                     "zip",
                                     "country"};

// A merchant's clock may be ahead of ours, and a civil day begins elsewhere first.
constexpr Millis ahead = std::chrono::hours(24);
constexpr Instant oldest = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);

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
Money read_price(FieldReader& reader) {
  reader.require("currency");
  const auto currency = reader.parsed("currency", &Currency::parse, "an ISO 4217 code such as USD");
  const std::string price = reader.required("price");
  if (!currency || price.empty()) return {};
  const auto money = parse_money(price, *currency);
  if (money) return *money;
  reader.complain("price", "is '" + printable(price) + "': " + money.error().message);
  return {};
}

GatewayId read_gateway(FieldReader& reader, const billing::Rules& rules) {
  GatewayId id(reader.required_id("gateway_id"));
  if (id.empty()) return id;
  const auto known = rules.gateways.find(id);
  if (known == rules.gateways.end()) {
    reader.complain("gateway_id",
                    "is '" + printable(id.str()) + "': no [[gateway]] of the config has this id");
  } else if (known->second.flexfactor) {
    reader.complain("gateway_id",
                    "names a FlexFactor gateway: write the one that the subscription is billed at");
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

// Kept for every status once it is whole, but demanded in recycle billing alone: a cancellation
// must not fail for want of a decline code.
std::optional<billing::Declined> read_declined(FieldReader& reader, SubscriptionStatus status,
                                               const RecordRules& rules) {
  if (status == SubscriptionStatus::recycle_billing) {
    for (const char* name :
         {"declined_at", "reattempts_made", "last_attempt_at", "decline_code", "decline_message"}) {
      reader.require(name);
    }
  }
  billing::Declined declined;
  const auto at = read_instant(reader, "declined_at", rules);
  const auto last = read_instant(reader, "last_attempt_at", rules);
  const auto made = reader.number("reattempts_made", 0, billing::last_reattempt);
  declined.code = reader.text("decline_code");
  declined.message = reader.text("decline_message");
  declined.stated =
      reader.parsed("decline_type", &billing::parse_decline_class, "soft, hard or nothing");
  declined.avs_result = reader.text("avs_result");
  declined.cvv_result = reader.text("cvv_result");
  if (at && last && *last < *at) {
    reader.complain("last_attempt_at", "is before declined_at");
  }
  if (!at || !last || !made) return std::nullopt;
  declined.at = *at;
  declined.last_attempt_at = *last;
  declined.reattempts_made = *made;
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

void read_schedule(FieldReader& reader, Subscription& into) {
  constexpr int most_cycles = 10'000;
  reader.require("billing_cycle");
  into.cycle = reader.number("billing_cycle", 1, most_cycles).value_or(1);
  into.final_cycle = reader.number("final_billing_cycle", 1, most_cycles);
  if (into.final_cycle && *into.final_cycle < into.cycle) {
    reader.complain("final_billing_cycle", "is before billing_cycle");
  }
  reader.require("interval");
  const auto interval =
      reader.parsed("interval", &billing::parse_interval, "one such as 30d, 1m or 1y");
  into.interval = interval.value_or(billing::Interval());
  into.next_bill_on = reader.parsed("next_bill_date", &parse_date, "a date such as 2026-11-23");
  into.anchor_day = reader.number("anchor_day", 1, 31);
}

}  // namespace

SubscriptionResult to_subscription(const Fields& fields, const RecordRules& rules) {
  auto card_numbers = card_problems(fields, rules);
  if (!card_numbers.empty()) return tl::unexpected(std::move(card_numbers));

  FieldReader reader(fields);
  Subscription read;
  read.id = SubscriptionId(reader.required_id("subscription_id"));
  read.gateway = read_gateway(reader, rules.rules);
  reader.require("status");
  const auto status = reader.parsed(
      "status", &billing::parse_subscription_status,
      "trial, active, paused, recycle_billing, recycle_failed, complete or cancelled");
  read.status = status.value_or(SubscriptionStatus::active);
  read.price = read_price(reader);
  read_schedule(reader, read);
  read.declined = read_declined(reader, read.status, rules);
  read.customer = CustomerId(reader.id("customer_id"));
  read.campaign = read_campaign(reader, rules.rules);
  read.product = ProductId(reader.id("product_id"));
  read.card = read_card(reader);
  read.payer = read_payer(reader);
  std::optional<ports::PlainCard> card;
  if (rules.tokenizing) {
    card = read_plain_card(reader, fields, rules.rules, *rules.tokenizing, read);
  }
  if (read.status == SubscriptionStatus::recycle_billing) {
    const bool numbered = rules.tokenizing && gives_card_number(fields);
    if (!numbered) reader.require("card_token");
    const bool priced = reader.problems().empty();
    if (priced && read.price.minor == 0) reader.complain("price", "is nothing to be recovered");
  }
  if (!reader.problems().empty()) return tl::unexpected(reader.problems());
  return SubscriptionRecord{std::move(read), std::move(card)};
}

bool is_subscription_field(std::string_view name) {
  const auto& required = required_subscription_fields();
  return std::find(required.begin(), required.end(), name) != required.end() ||
         std::find(optional_fields.begin(), optional_fields.end(), name) != optional_fields.end();
}

const std::vector<std::string>& required_subscription_fields() {
  static const std::vector<std::string> fields{
      "subscription_id", "gateway_id", "status", "billing_cycle", "price", "currency", "interval"};
  return fields;
}

bool holds_card_data(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    const auto& [name, value] = field;
    const bool is_secret = name == "card_number" || is_verification_value(name);
    return is_secret ? !is_blank(value) : holds_card_number(value);
  });
}

Fields masked(Fields fields) {
  for (auto& [name, value] : fields) {
    if (is_verification_value(name)) {
      value.assign(value.size(), '*');
    } else {
      value = name == "card_number" ? mask_digits(value) : mask_card_numbers(value);
    }
  }
  return fields;
}

}  // namespace recycled::intake
