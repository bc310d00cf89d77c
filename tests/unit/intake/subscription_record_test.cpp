#include "intake/subscription_record.hpp"

#include <doctest/doctest.h>

#include "fixture.hpp"

namespace recycled::intake {

using namespace fixture;

namespace {

std::vector<FieldProblem> problems_of(const Fields& fields) {
  const Judge judge;
  const auto read = to_subscription(fields, judge.record_rules());
  REQUIRE_FALSE(read.has_value());
  return read.error();
}

billing::Subscription read(const Fields& fields) {
  const Judge judge;
  const auto result = to_subscription(fields, judge.record_rules());
  if (!result) MESSAGE(result.error().front().field << " " << result.error().front().what);
  REQUIRE(result.has_value());
  return result->subscription;
}

}  // namespace

TEST_CASE("a record becomes a subscription") {
  Fields fields = good_fields();
  for (const auto& [name, value] : Fields{{"customer_id", "c"},
                                          {"campaign_id", "summer"},
                                          {"product_id", "p"},
                                          {"decline_type", "soft"},
                                          {"final_billing_cycle", "12"},
                                          {"next_bill_date", "2026-12-01"},
                                          {"anchor_day", "31"},
                                          {"avs_result", "Y"},
                                          {"cvv_result", "M"},
                                          {"card_first6", "411111"},
                                          {"card_last4", "1111"},
                                          {"card_brand", "visa"},
                                          {"card_exp_month", "09"},
                                          {"card_exp_year", "2028"},
                                          {"card_holder", "A Holder"},
                                          {"email", "e"},
                                          {"phone", "ph"},
                                          {"ip_address", "ip"},
                                          {"first_name", "f"},
                                          {"last_name", "l"},
                                          {"address1", "a1"},
                                          {"address2", "a2"},
                                          {"city", "ci"},
                                          {"state", "st"},
                                          {"zip", "z"},
                                          {"country", "co"}}) {
    fields[name] = value;
  }
  billing::Subscription wanted;
  wanted.id = SubscriptionId("sub-1");
  wanted.gateway = GatewayId("nmi_1");
  wanted.status = billing::SubscriptionStatus::recycle_billing;
  wanted.cycle = 4;
  wanted.price = {8995, Currency()};
  wanted.interval = {30, billing::Interval::Unit::days};
  wanted.final_cycle = 12;
  wanted.next_bill_on = parse_date("2026-12-01");
  wanted.anchor_day = 31;
  wanted.declined = billing::Declined{.at = *parse_instant("2026-11-20T05:00:00Z"),
                                      .reattempts_made = 3,
                                      .last_attempt_at = *parse_instant("2026-11-22T10:00:00Z"),
                                      .code = "51",
                                      .message = "Insufficient funds",
                                      .stated = billing::DeclineClass::soft,
                                      .avs_result = "Y",
                                      .cvv_result = "M"};
  wanted.customer = CustomerId("c");
  wanted.campaign = CampaignId("summer");
  wanted.product = ProductId("p");
  wanted.card = {"tok-1", "411111", "1111", "visa", 9, 2028, "A Holder"};
  wanted.payer = {"e", "ph", "ip", "f", "l", "a1", "a2", "ci", "st", "z", "co"};
  CHECK(read(fields) == wanted);
}

TEST_CASE("money is read by its currency's decimals") {
  Fields yen = with("currency", "JPY");
  yen["price"] = "1200";
  CHECK(read(yen).price == Money{1200, *Currency::parse("JPY")});
  Fields dinar = with("currency", "KWD");
  dinar["price"] = "1.234";
  CHECK(read(dinar).price.minor == 1234);
}

TEST_CASE("S4: a subscription at a FlexFactor gateway is refused, with both places named") {
  Fields fields = with("gateway_id", "ff");
  fields["campaign_id"] = "summer";
  fields["product_id"] = "p-1";
  const auto problems = problems_of(fields);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].field == "gateway_id");
  CHECK(problems[0].what ==
        "is 'ff', a FlexFactor [[gateway]] of the config, which salvages declines and sells "
        "nothing (here of campaign_id 'summer', product_id 'p-1'): write the one that the "
        "subscription is billed at");
}

TEST_CASE("each wrong value is one problem that names its field") {
  struct Case {
    std::string_view field;
    std::string value;
    std::string_view said;
  };
  const std::vector<Case> cases{
      {"subscription_id", "", "missing"},
      {"subscription_id", std::string(129, 'x'), "128"},
      {"gateway_id", "", "missing"},
      {"gateway_id", "nmi_9", "nmi_9"},
      {"gateway_id", "ff", "FlexFactor"},
      {"campaign_id", "winter", "winter"},
      {"status", "declined", "recycle_failed"},
      {"billing_cycle", "0", "1 to"},
      {"billing_cycle", "-1", "1 to"},
      {"billing_cycle", "4.0", "1 to"},
      {"billing_cycle", "99999999999", "1 to"},
      {"final_billing_cycle", "3", "before"},
      {"price", "", "missing"},
      {"price", "89,95", "89,95"},
      {"price", "89.951", "decimals"},
      {"price", "$89.95", "89.95"},
      {"price", "-1.00", "sign"},
      {"price", "0.00", "nothing"},
      {"currency", "ZZZ", "ISO 4217"},
      {"currency", "usd", "ISO 4217"},
      {"interval", "monthly", "30d"},
      {"interval", "0d", "30d"},
      {"declined_at", "", "missing"},
      {"declined_at", "yesterday", "ISO 8601"},
      {"declined_at", "2026-02-30", "ISO 8601"},
      {"declined_at", "1999-12-31", "2000"},
      {"declined_at", "2026-11-22T11:00:00Z", "before declined_at"},
      {"last_attempt_at", "2027-01-01", "future"},
      {"last_attempt_at", "2026-11-22T10:00:00", "ISO 8601"},
      {"reattempts_made", "", "missing"},
      {"reattempts_made", "10", "0 to 9"},
      {"decline_code", "", "missing"},
      {"decline_message", "  ", "missing"},
      {"decline_type", "firm", "soft, hard"},
      {"card_token", "", "missing"},
      {"card_first6", "41111", "6 to 8"},
      {"card_last4", "111x", "4 digits"},
      {"card_exp_month", "13", "1 to 12"},
      {"card_exp_year", "28", "2000"},
      {"anchor_day", "32", "1 to 31"},
      {"next_bill_date", "2026-12-01T00:00:00Z", "date"},
      {"first_name", "Ren\xE9", "UTF-8"},
      {"first_name", "a\nb", "control"},
      {"address1", std::string(1025, 'x'), "1024"},
  };
  for (const Case& row : cases) {
    CAPTURE(std::string(row.field));
    CAPTURE(row.value);
    const auto problems = problems_of(with(row.field, row.value));
    CAPTURE(problems.back().what);
    REQUIRE(problems.size() == 1);
    const std::string where =
        row.said == "before declined_at" ? "last_attempt_at" : std::string(row.field);
    CHECK(problems[0].field == where);
    CHECK(problems[0].what.find(row.said) != std::string::npos);
  }
}

TEST_CASE("everything that is wrong with a record is said at once") {
  Fields fields = with("price", "free");
  fields["gateway_id"] = "nmi_9";
  fields["interval"] = "often";
  fields.erase("decline_code");
  CHECK(problems_of(fields).size() == 4);
}

TEST_CASE("an empty record lacks exactly the required fields") {
  const auto problems = problems_of({});
  CHECK(problems.size() == required_subscription_fields().size());
  for (const FieldProblem& problem : problems) CHECK(problem.what == "is missing");
}

TEST_CASE("L10: a cancellation is not refused for want of a decline or a card") {
  Fields fields = with("status", "cancelled");
  for (const char* name : {"declined_at", "reattempts_made", "last_attempt_at", "decline_code",
                           "decline_message", "card_token"}) {
    fields.erase(name);
  }
  CHECK(read(fields).status == billing::SubscriptionStatus::cancelled);
  CHECK_FALSE(read(fields).declined.has_value());
  CHECK(read(with("status", "paused")).declined.has_value());
}

TEST_CASE("X4: a card number in any column is refused for that alone and not repeated") {
  for (const char* name : {"subscription_id", "card_token", "card_holder", "decline_message",
                           "address1", "price", "some_unknown_column"}) {
    CAPTURE(std::string(name));
    const Fields fields = with(name, "x " + std::string(visa));
    const auto problems = problems_of(fields);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].field == name);
    CHECK(problems[0].what.find("card number") != std::string::npos);
    CHECK(problems[0].what.find("4111") == std::string::npos);
    CHECK(holds_card_data(fields));
    CHECK(masked(fields).at(name).find(visa) == std::string::npos);
  }
}

TEST_CASE("X4: card_number is refused whether or not its check digit is right") {
  for (const std::string number : {"4111111111111111", "4111111111111112"}) {
    const Fields fields = with("card_number", number);
    const auto problems = problems_of(fields);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].what.find("--tokenize") != std::string::npos);
    CHECK(problems[0].what.find("card_token") != std::string::npos);
    CHECK(masked(fields).at("card_number") == "************" + number.substr(12));
  }
  CHECK(read(with("card_number", "")).card.token == "tok-1");
}

TEST_CASE("campaigns are checked against the config where it lists any") {
  CHECK(read(with("campaign_id", "summer")).campaign == CampaignId("summer"));
  Judge judge;
  judge.rules.campaigns.clear();
  CHECK(to_subscription(with("campaign_id", "winter"), judge.record_rules()).has_value());
}

}  // namespace recycled::intake
