#include "intake/rerun_record.hpp"

#include <doctest/doctest.h>

#include "fixture.hpp"

namespace recycled::intake {

using namespace fixture;

namespace {

std::vector<FieldProblem> problems_of(const Fields& fields, const Judge& judge = Judge()) {
  const auto read = to_rerun(fields, judge.record_rules());
  REQUIRE_FALSE(read.has_value());
  return read.error();
}

Judge without_flexfactor() {
  Judge judge;
  judge.rules.gateways.erase(GatewayId("ff"));
  return judge;
}

Judge with_two() {
  Judge judge;
  judge.rules.gateways[GatewayId("ff2")] = {GatewayId("ff2"), "flexfactor",
                                            billing::FlexFactorTerms()};
  return judge;
}

}  // namespace

TEST_CASE("N1: a rerun names an order and a gateway, whatever it is: judging comes later") {
  const Judge judge;
  for (const char* named : {"ff", "nmi_1", "atri", "nowhere"}) {
    const auto read =
        to_rerun({{"order_id", " o-1 "}, {"gateway_id", named}}, judge.record_rules());
    REQUIRE(read.has_value());
    CHECK(*read == RerunRecord{SaleId("o-1"), GatewayId(named)});
  }
}

TEST_CASE("N1: the only FlexFactor gateway need not be named, one of several has to be") {
  const Judge judge;
  for (const Fields& fields :
       {Fields{{"order_id", "o-1"}}, Fields{{"order_id", "o-1"}, {"gateway_id", " "}}}) {
    const auto read = to_rerun(fields, judge.record_rules());
    REQUIRE(read.has_value());
    CHECK(read->at == GatewayId("ff"));
  }
  for (const Judge& other : {without_flexfactor(), with_two()}) {
    const auto problems = problems_of({{"order_id", "o-1"}}, other);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].field == "gateway_id");
    CHECK(problems[0].what.starts_with("is missing: "));
  }
  CHECK(to_rerun({{"order_id", "o-1"}, {"gateway_id", "ff2"}}, with_two().record_rules())->at ==
        GatewayId("ff2"));
}

TEST_CASE("a rerun is refused for everything that is wrong with it at once") {
  const std::string longer(longest_id + 1, 'x');
  const auto problems = problems_of({{"gateway_id", longer}});
  REQUIRE(problems.size() == 2);
  CHECK(problems[0] == FieldProblem{"order_id", "is missing"});
  CHECK(problems[1] == FieldProblem{"gateway_id", "is longer than 128 bytes"});
  CHECK(problems_of({{"order_id", longer}}).size() == 1);
}

TEST_CASE("X4: a card number in whatever field of a rerun refuses it for that alone") {
  for (const char* field : {"order_id", "gateway_id", "card_number", "note"}) {
    CAPTURE(std::string(field));
    const auto problems = problems_of({{field, std::string(visa)}});
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].field == field);
    CHECK(problems[0].what.find(visa) == std::string::npos);
  }
}

TEST_CASE("the fields of a rerun") {
  CHECK(is_rerun_field("order_id"));
  CHECK(is_rerun_field("gateway_id"));
  CHECK_FALSE(is_rerun_field("amount"));
}

}  // namespace recycled::intake
