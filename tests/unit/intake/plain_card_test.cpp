#include "intake/plain_card.hpp"

#include <doctest/doctest.h>

#include "fixture.hpp"

namespace recycled::intake {

using namespace fixture;

namespace {

Fields numbered(const std::string& number = std::string(visa)) {
  Fields fields = with("card_token", "");
  fields["card_number"] = number;
  fields["card_exp_month"] = "9";
  fields["card_exp_year"] = "2030";
  return fields;
}

SubscriptionResult read(const Fields& fields, const Tokenizing& tokenizing = {},
                        Judge judge = Judge()) {
  judge.tokenizing = tokenizing;
  return to_subscription(fields, judge.record_rules());
}

void expect_problem(const SubscriptionResult& result, const std::string& field,
                    const std::string& what) {
  REQUIRE_FALSE(result.has_value());
  REQUIRE(result.error().size() == 1);
  CAPTURE(result.error()[0].what);
  CHECK(result.error()[0].field == field);
  CHECK(result.error()[0].what.find(what) != std::string::npos);
  CHECK(result.error()[0].what.find("4111") == std::string::npos);
}

Fields without(Fields fields, const std::string& name) {
  fields.erase(name);
  return fields;
}

}  // namespace

TEST_CASE("X4: a number is read with its spaces and dashes, and only if it checks") {
  for (const char* text : {"4111111111111111", " 4111 1111-1111 1111 ", "378282246310005",
                           "4222222222222", "6304000000000000000"}) {
    CAPTURE(text);
    CHECK(read_card_number(text).has_value());
  }
  CHECK(read_card_number("4111-1111 1111 1111")->reveal() == visa);
  for (const char* text : {"", "4111111111111112", "411111111111", "63040000000000000000",
                           "4111.1111.1111.1111", "411111******1111", "x4111111111111111"}) {
    CAPTURE(text);
    CHECK_FALSE(read_card_number(text).has_value());
  }
}

TEST_CASE("X4: a number to be tokenized is beside the subscription and never in it") {
  const auto result = read(numbered("4111 1111 1111 1111"));
  REQUIRE(result.has_value());
  REQUIRE(result->card.has_value());
  CHECK(result->card->number.reveal() == visa);
  CHECK(result->card->gateway == GatewayId("ff"));
  CHECK(result->card->exp_month == 9);
  CHECK(result->card->exp_year == 2030);
  CHECK(result->subscription.card == billing::Card{"", "411111", "1111", "", 9, 2030, ""});
}

TEST_CASE("the holder is the one on the card, else the payer") {
  const auto holder_of = [](const std::string& holder) {
    Fields fields = numbered();
    fields["card_holder"] = holder;
    fields["first_name"] = "Pay";
    fields["last_name"] = "Er";
    const auto card = read(fields)->card;
    return card->first_name + "|" + card->last_name;
  };
  CHECK(holder_of("") == "Pay|Er");
  CHECK(holder_of("Ann Mary O'Hara") == "Ann Mary|O'Hara");
  CHECK(holder_of("Cher") == "Pay|Cher");
}

TEST_CASE("X4: a card is token or number, and needs its expiry") {
  CHECK_FALSE(read(good_fields())->card.has_value());
  Fields both = numbered();
  both["card_token"] = "tok-1";
  expect_problem(read(both), "card_number", "beside card_token");
  expect_problem(read(numbered("4111111111111112")), "card_number", "check digit");
  expect_problem(read(numbered("************1111")), "card_number", "source file");
  expect_problem(read(numbered("  ")), "card_token", "missing");
  expect_problem(read(without(numbered(), "card_exp_month")), "card_exp_month", "missing");
  expect_problem(read(without(numbered(), "card_exp_year")), "card_exp_year", "missing");
  Fields elsewhere = numbered();
  elsewhere["email"] = visa;
  expect_problem(read(elsewhere), "email", "card number");
}

TEST_CASE("the account is the one that the recycle profile hands over to, or the one named") {
  Judge judge;
  judge.rules.gateways[GatewayId("ff2")] = {GatewayId("ff2"), "flexfactor",
                                            billing::FlexFactorTerms()};
  auto& profile = judge.rules.profiles[0];
  profile.gateway_7_9 = GatewayId("ff");
  CHECK(read(numbered(), {}, judge)->card->gateway == GatewayId("ff"));
  profile.gateway_7_9 = GatewayId("ff2");
  expect_problem(read(numbered(), {}, judge), "card_number", "--gateway");
  CHECK(read(numbered(), {GatewayId("ff2")}, judge)->card->gateway == GatewayId("ff2"));
  profile.gateway_4_6.reset();
  CHECK(read(numbered(), {}, judge)->card->gateway == GatewayId("ff2"));
  profile.gateway_7_9.reset();
  expect_problem(read(numbered(), {}, judge), "card_number", "--gateway");
  judge.rules.profiles.clear();
  expect_problem(read(numbered(), {}, judge), "card_number", "--gateway");
}

TEST_CASE("X4: what is not due for a hand-over is not sent, whatever its number is like") {
  for (const char* status :
       {"trial", "active", "paused", "recycle_failed", "complete", "cancelled"}) {
    CAPTURE(status);
    Fields fields = numbered();
    fields["status"] = status;
    const auto whole = read(fields);
    REQUIRE(whole.has_value());
    CHECK_FALSE(whole->card.has_value());
    CHECK(whole->subscription.card.last4 == "1111");
    fields["card_number"] = "1234";
    fields.erase("card_exp_month");
    const auto broken = read(fields);
    REQUIRE(broken.has_value());
    CHECK_FALSE(broken->card.has_value());
  }
}

}  // namespace recycled::intake
