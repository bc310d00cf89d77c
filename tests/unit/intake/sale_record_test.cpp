#include "intake/sale_record.hpp"

#include <doctest/doctest.h>

#include "import_outcome.hpp"

namespace recycled::intake {

using namespace fixture;

namespace {

Fields good_sale() {
  return {{"order_id", "o-1"},    {"gateway_id", "nmi_1"},
          {"status", "declined"}, {"amount", "89.95"},
          {"currency", "USD"},    {"declined_at", "2026-11-20"},
          {"decline_code", "51"}, {"decline_message", "Insufficient funds"},
          {"card_token", "tok-1"}};
}

Fields sale_with(std::string_view name, std::string_view value) {
  Fields fields = good_sale();
  fields[std::string(name)] = value;
  return fields;
}

Fields numbered(const std::string& number = std::string(visa)) {
  Fields fields = sale_with("card_token", "");
  fields["card_number"] = number;
  fields["card_exp_month"] = "9";
  fields["card_exp_year"] = "2030";
  return fields;
}

std::vector<FieldProblem> problems_of(const Fields& fields, const Judge& judge = Judge()) {
  const auto read = to_sale(fields, judge.record_rules());
  REQUIRE_FALSE(read.has_value());
  return read.error();
}

SaleRecord read(const Fields& fields, const Judge& judge = Judge()) {
  auto result = to_sale(fields, judge.record_rules());
  if (!result) MESSAGE(result.error().front().field << " " << result.error().front().what);
  REQUIRE(result.has_value());
  return std::move(*result);
}

Judge tokenizing(const char* gateway = nullptr) {
  Judge judge;
  judge.tokenizing.emplace();
  if (gateway != nullptr) judge.tokenizing->gateway = GatewayId(gateway);
  return judge;
}

// The one problem of a record, whose field and words it has.
void expect_problem(const Fields& fields, const Judge& judge, const std::string& field,
                    const std::string& what) {
  const auto problems = problems_of(fields, judge);
  REQUIRE(problems.size() == 1);
  CAPTURE(problems[0].what);
  CHECK(problems[0].field == field);
  CHECK(problems[0].what.find(what) != std::string::npos);
  CHECK(problems[0].what.find("4111") == std::string::npos);
}

}  // namespace

TEST_CASE("N1: a record becomes a declined sale") {
  Fields fields = good_sale();
  for (const auto& [name, value] : Fields{{"order_type", "trial_completion"},
                                          {"subscription_id", "sub-1"},
                                          {"routing_profile_id", "atri"},
                                          {"customer_id", "c"},
                                          {"campaign_id", "summer"},
                                          {"product_id", "p"},
                                          {"decline_type", "hard"},
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
                                          {"ip_address", "198.51.100.7"},
                                          {"first_name", "f"},
                                          {"last_name", "l"},
                                          {"address1", "a1"},
                                          {"address2", "a2"},
                                          {"city", "ci"},
                                          {"state", "st"},
                                          {"zip", "z"},
                                          {"country", "co"}}) {
    fields[name] = value;
    CHECK(is_sale_field(name));
  }
  billing::Sale wanted;
  wanted.id = SaleId("o-1");
  wanted.gateway = GatewayId("nmi_1");
  wanted.status = billing::SaleStatus::declined;
  wanted.type = billing::SaleType::trial_completion;
  wanted.amount = {8995, Currency()};
  wanted.declined = billing::Declined{.at = *parse_instant("2026-11-20T05:00:00Z"),
                                      .reattempts_made = 0,
                                      .last_attempt_at = *parse_instant("2026-11-20T05:00:00Z"),
                                      .code = "51",
                                      .message = "Insufficient funds",
                                      .stated = billing::DeclineClass::hard,
                                      .avs_result = "Y",
                                      .cvv_result = "M"};
  wanted.subscription = SubscriptionId("sub-1");
  wanted.routing_profile = RoutingProfileId("atri");
  wanted.customer = CustomerId("c");
  wanted.campaign = CampaignId("summer");
  wanted.product = ProductId("p");
  wanted.card = {"tok-1", "411111", "1111", "visa", 9, 2028, "A Holder"};
  wanted.payer = {"e", "ph", "198.51.100.7", "f", "l", "a1", "a2", "ci", "st", "z", "co"};
  CHECK(read(fields).sale == wanted);
  CHECK(read(good_sale()).sale.type == billing::SaleType::new_sale);
  CHECK(read(good_sale()).sale.routing_profile.empty());
}

TEST_CASE("S4, N1: FlexFactor sells nothing, directly or through a routing profile") {
  Fields sold = sale_with("gateway_id", "ff");
  sold["routing_profile_id"] = "atri";
  const auto at = problems_of(sold);
  REQUIRE(at.size() == 1);
  CHECK(at[0].field == "gateway_id");
  CHECK(at[0].what.find("is 'ff', a FlexFactor [[gateway]]") == 0);
  CHECK(at[0].what.find("(here of routing_profile_id 'atri')") != std::string::npos);
  // Where the config lists no routing profiles any name goes, but for FlexFactor's.
  Judge unlisted;
  unlisted.rules.routing_profiles.clear();
  for (const Judge& judge : {Judge(), unlisted}) {
    expect_problem(sale_with("routing_profile_id", "ff"), judge, "routing_profile_id",
                   "is 'ff', a FlexFactor [[gateway]]");
  }
}

TEST_CASE("each wrong value of an order is one problem that names its field") {
  struct Case {
    std::string_view field;
    std::string value;
    std::string_view said;
  };
  const std::vector<Case> cases{
      {"order_id", "", "missing"},
      {"order_id", std::string(129, 'x'), "128"},
      {"gateway_id", "", "missing"},
      {"gateway_id", "nmi_9", "nmi_9"},
      {"gateway_id", "atri", "no [[gateway]]"},
      {"gateway_id", "ff", "declined the order"},
      {"status", "", "missing"},
      {"status", "recycle_billing", "refunded or cancelled"},
      {"order_type", "recurring", "trial_completion"},
      {"amount", "", "missing"},
      {"amount", "89,95", "89,95"},
      {"amount", "89.951", "decimals"},
      {"amount", "-1.00", "sign"},
      {"amount", "0.00", "nothing"},
      {"currency", "", "missing"},
      {"currency", "usd", "ISO 4217"},
      {"declined_at", "", "missing"},
      {"declined_at", "yesterday", "ISO 8601"},
      {"declined_at", "2027-01-01", "future"},
      {"decline_code", "", "missing"},
      {"decline_message", " ", "missing"},
      {"decline_type", "firm", "soft, hard"},
      {"subscription_id", std::string(129, 'x'), "128"},
      {"routing_profile_id", "nmi_1", "no [[routing_profile]]"},
      {"campaign_id", "winter", "winter"},
      {"card_token", "", "missing"},
      {"card_last4", "111x", "4 digits"},
      {"card_exp_month", "13", "1 to 12"},
      {"first_name", "Ren\xE9", "UTF-8"},
      {"ip_address", "a\nb", "control"},
      {"address1", std::string(1025, 'x'), "1024"},
  };
  for (const Case& row : cases) {
    CAPTURE(std::string(row.field));
    CAPTURE(row.value);
    expect_problem(sale_with(row.field, row.value), Judge(), std::string(row.field),
                   std::string(row.said));
  }
}

TEST_CASE("an empty order lacks exactly the required fields and a card") {
  const auto problems = problems_of({});
  CHECK(problems.size() == required_sale_fields().size() + 1);
  for (const FieldProblem& problem : problems) {
    CHECK(problem.what == "is missing");
    CHECK(is_sale_field(problem.field));
  }
}

TEST_CASE("L10: what becomes of an order is not refused for want of a decline or a card") {
  for (const char* status : {"partial", "pending", "complete", "refunded", "cancelled"}) {
    CAPTURE(std::string(status));
    Fields fields = sale_with("status", status);
    CHECK(read(fields).sale.declined.has_value());
    for (const char* name : {"declined_at", "decline_code", "decline_message", "card_token"}) {
      fields.erase(name);
    }
    fields["amount"] = "0.00";
    CHECK(to_text(read(fields).sale.status) == status);
    CHECK_FALSE(read(fields).sale.declined.has_value());
  }
}

TEST_CASE("routing profiles are checked against the config where it lists any") {
  Judge judge;
  judge.rules.routing_profiles.clear();
  CHECK(read(sale_with("routing_profile_id", "x"), judge).sale.routing_profile ==
        RoutingProfileId("x"));
}

TEST_CASE("X4: a card number in any column of an order is refused for that alone") {
  for (const char* name : {"order_id", "card_token", "card_holder", "decline_message", "amount",
                           "subscription_id", "some_unknown_column"}) {
    CAPTURE(std::string(name));
    expect_problem(sale_with(name, "x " + std::string(visa)), Judge(), name, "card number");
    expect_problem(sale_with(name, "x " + std::string(visa)), tokenizing(), name, "card number");
  }
  expect_problem(numbered(), Judge(), "card_number", "--tokenize");
}

TEST_CASE("X4: an order's number to be tokenized is beside it and never in it") {
  const auto record = read(numbered("4111 1111 1111 1111"), tokenizing());
  REQUIRE(record.card.has_value());
  CHECK(record.card->number.reveal() == visa);
  CHECK(record.card->gateway == GatewayId("ff"));
  CHECK(record.sale.card == billing::Card{"", "411111", "1111", "", 9, 2030, ""});
  expect_problem(numbered("4111111111111112"), tokenizing(), "card_number", "check digit");
  Fields both = numbered();
  both["card_token"] = "tok-1";
  expect_problem(both, tokenizing(), "card_number", "beside card_token");
  Fields complete = numbered();
  complete["status"] = "complete";
  CHECK_FALSE(read(complete, tokenizing()).card.has_value());
}

TEST_CASE("an order's card goes to the one FlexFactor gateway, or to the one named") {
  Judge judge = tokenizing();
  judge.rules.gateways[GatewayId("ff2")] = {GatewayId("ff2"), "flexfactor",
                                            billing::FlexFactorTerms()};
  expect_problem(numbered(), judge, "card_number", "--gateway");
  judge.tokenizing->gateway = GatewayId("ff2");
  CHECK(read(numbered(), judge).card->gateway == GatewayId("ff2"));
  judge = tokenizing();
  judge.rules.gateways.erase(GatewayId("ff"));
  expect_problem(numbered(), judge, "card_number", "--gateway");
  CHECK(read(numbered(), tokenizing("ff")).card->gateway == GatewayId("ff"));
}

namespace {

const std::string header =
    "order_id,gateway_id,status,amount,currency,declined_at,decline_code,decline_message,"
    "first_name,card_token,card_number,card_exp_month,card_exp_year";

std::string line(const std::string& id, const std::string& card, const std::string& name = "Ann") {
  return "\n" + id + ",nmi_1,declined,9.00,USD,2026-11-20,51,No funds," + name + "," + card;
}

std::string numbered_line(const std::string& id) {
  return line(id, "," + std::string(visa) + ",9,2030", id);
}

}  // namespace

TEST_CASE("L20: good orders of a file go in, bad ones are listed with line and reason") {
  const std::string text = header + line("a", "t-a,,,") + line("b", ",,,") + "\nshort,row" +
                           line("c", "t-c,,,", std::string(visa)) + line("d", "t-d,,,") + "\n";
  const Outcome outcome = import_text(What::sales, text, {.batch = 2});
  REQUIRE(outcome.summary.has_value());
  CHECK(outcome.taken == std::vector<std::string>{"a", "d"});
  CHECK(outcome.tokens == std::vector<std::string>{"t-a", "t-d"});
  CHECK(outcome.summary->read == 5);
  CHECK(outcome.summary->unknown_fields.empty());
  REQUIRE(outcome.rejects.size() == 3);
  CHECK(outcome.rejects[0].line == 3);
  CHECK(outcome.rejects[0].reason == "card_token is missing");
  CHECK(outcome.rejects[1].line == 4);
  CHECK(outcome.rejects[2].line == 5);
  CHECK(outcome.rejects[2].reason.find("first_name holds what looks like a card number") == 0);
  for (const Reject& reject : outcome.rejects) {
    CHECK(reject.record.find(visa) == std::string::npos);
  }
}

TEST_CASE("X4: orders' cards become tokens, and one that is refused costs its own order") {
  const std::string text =
      header + numbered_line("a") + line("b", "t-b,,,") + numbered_line("c") + "\n";
  const Outcome outcome = import_text(What::sales, text, {.tokenize = tokens_but_for({"c"})});
  REQUIRE(outcome.summary.has_value());
  CHECK(outcome.taken == std::vector<std::string>{"a", "b"});
  CHECK(outcome.tokens == std::vector<std::string>{"tok-a", "t-b"});
  REQUIRE(outcome.rejects.size() == 1);
  CHECK(outcome.rejects[0].reason == "no");
  CHECK(outcome.rejects[0].record.find("************1111") != std::string::npos);
}

TEST_CASE("each kind of file has its own columns") {
  const Outcome lacking = import_text(What::sales, "order_id,status,amount\na,declined,1.00\n");
  REQUIRE_FALSE(lacking.summary.has_value());
  CHECK(lacking.summary.error().message ==
        "the header lacks gateway_id, currency, declined_at, decline_code, decline_message");
  const Outcome other = import_text(
      What::sales, header + ",billing_cycle,interval,cvv" + line("a", "t-a,,,,4,1m,123") + "\n");
  CHECK(other.summary->unknown_fields ==
        std::vector<std::string>{"billing_cycle", "interval", "cvv"});
  CHECK(other.taken.size() == 1);
}

}  // namespace recycled::intake
