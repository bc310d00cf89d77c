#include "billing/profile.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/ensure.hpp"
#include "billing/rules.hpp"

namespace recycled::billing {
namespace {

// Re-attempts 1 to `last`, each a day after the one before, those of `skipped` skipped.
RecycleProfile profile_to(int last, std::initializer_list<int> skipped = {}) {
  RecycleProfile profile;
  profile.id = ProfileId("p");
  profile.gateways = {GatewayId("g")};
  for (int number = 1; number <= last; ++number) {
    profile.reattempts[number] = {.number = number, .days = 1};
  }
  for (const int number : skipped) profile.reattempts.at(number).skip = true;
  return profile;
}

// The profile of domain.md's example: 0/10/10 %, at least 75.00.
RecycleProfile example() {
  RecycleProfile profile = profile_to(3);
  profile.reduction_type = ReductionType::percentage;
  profile.minimum_price = 75'00;
  profile.reattempts.at(2).reduction = 10'00;
  profile.reattempts.at(3).reduction = 10'00;
  return profile;
}

Money usd(std::int64_t minor) { return Money{minor, Currency()}; }
CivilDate day(const char* text) { return parse_date(text).value(); }

TEST_CASE("L6: the next re-attempt after 0 to 12 made, whatever is skipped") {
  constexpr int none = 0;
  struct Row {
    const char* name;
    RecycleProfile profile;
    std::vector<int> next;  // by the number of re-attempts made, 0 to 12
  };
  const RecycleProfile all = profile_to(9);
  RecycleProfile with_hole = profile_to(9);
  with_hole.reattempts.erase(5);
  RecycleProfile hole_after_skip = profile_to(9, {4});
  hole_after_skip.reattempts.erase(5);
  const std::vector<Row> rows{
      {"all nine", all, {1, 2, 3, 4, 5, 6, 7, 8, 9, none, none, none, none}},
      {"1-3 skipped", profile_to(9, {1, 2, 3}), {4, 4, 4, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0}},
      {"4-6 skipped", profile_to(9, {4, 5, 6}), {1, 2, 3, 7, 7, 7, 7, 8, 9, 0, 0, 0, 0}},
      {"1-6 skipped", profile_to(9, {1, 2, 3, 4, 5, 6}), {7, 7, 7, 7, 7, 7, 7, 8, 9, 0, 0, 0, 0}},
      {"3 and 4 skipped", profile_to(9, {3, 4}), {1, 2, 5, 5, 5, 6, 7, 8, 9, 0, 0, 0, 0}},
      {"9 skipped", profile_to(9, {9}), {1, 2, 3, 4, 5, 6, 7, 8, none, 0, 0, 0, 0}},
      {"ends at 3", profile_to(3), {1, 2, 3, none, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"ends at 4", profile_to(4), {1, 2, 3, 4, none, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"5 not listed", with_hole, {1, 2, 3, 4, none, 6, 7, 8, 9, 0, 0, 0, 0}},
      {"4 skipped, 5 not listed", hole_after_skip, {1, 2, 3, none, none, 6, 7, 8, 9, 0, 0, 0, 0}},
      {"ten listed by mistake", profile_to(10), {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0}},
      {"nothing listed", profile_to(0), {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}};
  for (const Row& row : rows) {
    REQUIRE(row.next.size() == 13);
    for (int made = 0; made <= 12; ++made) {
      CAPTURE(row.name);
      CAPTURE(made);
      CHECK(next_reattempt(row.profile, made).value_or(none) ==
            row.next[static_cast<std::size_t>(made)]);
    }
  }
}

TEST_CASE("L6: a negative number of re-attempts is our own mistake") {
  CHECK_THROWS_AS(next_reattempt(profile_to(9), -1), Bug);
}

TEST_CASE("B1: FlexFactor's blocks are 4-6 and 7-9 and nothing else") {
  for (int number = -1; number <= 12; ++number) {
    CAPTURE(number);
    std::string block = "none";
    if (block_of(number)) block = to_text(*block_of(number));
    const bool first = number >= 4 && number <= 6;
    const bool second = number >= 7 && number <= 9;
    CHECK(block == (first ? "4-6" : second ? "7-9" : "none"));
  }
}

TEST_CASE("B1: each block names its own gateway, or none") {
  RecycleProfile profile = profile_to(9);
  CHECK_FALSE(gateway_for(profile, 4));
  profile.gateway_4_6 = GatewayId("ff-early");
  CHECK_FALSE(gateway_for(profile, 7));
  profile.gateway_7_9 = GatewayId("ff-late");
  for (const int number : {1, 2, 3, 10}) CHECK_FALSE(gateway_for(profile, number));
  for (const int number : {4, 5, 6}) CHECK(gateway_for(profile, number) == GatewayId("ff-early"));
  for (const int number : {7, 8, 9}) CHECK(gateway_for(profile, number) == GatewayId("ff-late"));
}

TEST_CASE("the example of the domain: 89.95 becomes 89.95, 80.96, 75.00") {
  CHECK(to_decimal(amount_at(example(), usd(8995), 1)) == "89.95");
  CHECK(to_decimal(amount_at(example(), usd(8995), 2)) == "80.96");
  CHECK(to_decimal(amount_at(example(), usd(8995), 3)) == "75.00");
}

TEST_CASE("percentages are of the original price, add up, and round half up") {
  struct Row {
    std::int64_t price;
    std::vector<std::int64_t> reductions;  // of re-attempts 1, 2, …
    std::int64_t amount;
  };
  const std::vector<Row> rows{{100'00, {10'00, 10'00}, 80'00},  // compounded it would be 81.00
                              {1, {50'00}, 1},                  // 0.5 of a cent goes up
                              {3, {50'00}, 2},                  // 1.5 likewise
                              {5, {10'00}, 5},                  // 4.5 likewise
                              {4, {10'00}, 4},                  // 3.6
                              {3, {15'00}, 3},                  // 2.55
                              {7, {80'00}, 1},                  // 1.4 goes down
                              {99'99, {33'33}, 66'66},          // 6666.3333
                              {100'00, {1}, 99'99},             // a hundredth of a percent
                              {100'00, {100'00}, 0},
                              {100'00, {60'00, 60'00}, 0},  // more than everything is everything
                              {max_minor, {0}, max_minor},
                              {max_minor, {1'000'000'00}, 0}};  // and overflows nothing
  for (const Row& row : rows) {
    CAPTURE(row.price);
    const int last = static_cast<int>(row.reductions.size());
    RecycleProfile profile = profile_to(last);
    profile.reduction_type = ReductionType::percentage;
    for (int number = 1; number <= last; ++number) {
      profile.reattempts.at(number).reduction =
          row.reductions[static_cast<std::size_t>(number - 1)];
    }
    CHECK(amount_at(profile, usd(row.price), last) == usd(row.amount));
  }
}

TEST_CASE("flat reductions add up and keep the currency") {
  RecycleProfile profile = profile_to(3);
  for (auto& [number, reattempt] : profile.reattempts) reattempt.reduction = 100 * number;
  CHECK(amount_at(profile, usd(1000), 1) == usd(900));
  CHECK(amount_at(profile, usd(1000), 2) == usd(700));
  CHECK(amount_at(profile, usd(1000), 3) == usd(400));
  CHECK(amount_at(profile, usd(250), 3) == usd(0));
}

TEST_CASE("amounts of a profile are of major units - whatever digits the currency has") {
  struct Row {
    const char* currency;
    std::int64_t price;
    std::int64_t reduced;  // by 10.50, to not less than 50.25
    std::int64_t least;
  };
  for (const Row& row : {Row{"USD", 89'95, 79'45, 50'25}, Row{"JPY", 8995, 8984, 50},
                         Row{"KWD", 89'950, 79'450, 50'250}}) {
    CAPTURE(row.currency);
    RecycleProfile profile = profile_to(2);
    profile.reattempts.at(1).reduction = 10'50;
    profile.reattempts.at(2).reduction = 1'000'000'00;
    profile.minimum_price = 50'25;
    const Currency currency = Currency::parse(row.currency).value();
    CHECK(amount_at(profile, Money{row.price, currency}, 1) == Money{row.reduced, currency});
    CHECK(amount_at(profile, Money{row.price, currency}, 2) == Money{row.least, currency});
  }
}

TEST_CASE("never below the minimum price, and a price already below it is charged as it is") {
  struct Row {
    std::int64_t price;
    std::int64_t amount;
  };
  // 20 % off, at least 75.00.
  for (const Row& row :
       {Row{100'00, 80'00}, Row{93'75, 75'00}, Row{93'76, 75'01}, Row{93'74, 75'00},
        Row{75'01, 75'00}, Row{75'00, 75'00}, Row{74'99, 74'99}, Row{1, 1}, Row{0, 0}}) {
    CAPTURE(row.price);
    CHECK(amount_at(example(), usd(row.price), 3) == usd(row.amount));
  }
}

TEST_CASE("a skipped re-attempt costs no reduction") {
  RecycleProfile profile = example();
  profile.minimum_price = 0;
  profile.reattempts.at(2).skip = true;
  CHECK(amount_at(profile, usd(100'00), 2) == usd(100'00));
  CHECK(amount_at(profile, usd(100'00), 3) == usd(90'00));
}

TEST_CASE("a wait counts from the attempt before it - a skipped re-attempt costs none") {
  RecycleProfile profile = profile_to(4, {1, 2, 3});
  profile.reattempts.at(3).days = 30;
  profile.reattempts.at(4).days = 0;
  CHECK(due_day(profile, day("2026-11-23"), 4) == day("2026-11-23"));  // on the day of the decline
  profile.reattempts.at(4).days = 10;
  CHECK(due_day(profile, day("2026-11-23"), 4) == day("2026-12-03"));
  CHECK(due_day(profile, day("2026-12-25"), 4) == day("2027-01-04"));
  CHECK(due_day(profile, day("2024-02-20"), 4) == day("2024-03-01"));
  CHECK(due_day(profile, day("2026-11-23"), 3) == day("2026-11-23"));
}

TEST_CASE("bill on Saturday: forward to the next one, the same day if it is one") {
  RecycleProfile profile = profile_to(4);
  profile.bill_on_saturday = true;
  profile.reattempts.at(4).days = 7;
  struct Row {
    const char* last_attempt;
    const char* due;
  };
  for (const Row& row : {Row{"2026-11-13", "2026-11-21"},     // due on a Friday
                         Row{"2026-11-14", "2026-11-21"},     // due on a Saturday
                         Row{"2026-11-15", "2026-11-28"},     // due on a Sunday
                         Row{"2026-12-20", "2027-01-02"},     // over the end of a year
                         Row{"2024-02-18", "2024-03-02"}}) {  // over a leap day
    CAPTURE(row.last_attempt);
    CHECK(due_day(profile, day(row.last_attempt), 4) == day(row.due));
  }
  profile.reattempts.at(4).days = 0;
  CHECK(due_day(profile, day("2026-11-21"), 4) == day("2026-11-21"));
  CHECK(due_day(profile, day("2026-11-22"), 4) == day("2026-11-28"));
}

TEST_CASE("only a listed re-attempt has a day") {
  CHECK_THROWS_AS(due_day(profile_to(4), day("2026-11-23"), 5), Bug);
}

TEST_CASE("the profile is found by the gateway that declined") {
  Rules rules;
  rules.profiles = {profile_to(3), profile_to(9)};
  rules.profiles[0].gateways = {GatewayId("a"), GatewayId("b")};
  rules.profiles[1].gateways = {GatewayId("c")};
  CHECK(profile_of(rules, GatewayId("b")) == &rules.profiles[0]);
  CHECK(profile_of(rules, GatewayId("c")) == &rules.profiles[1]);
  CHECK(profile_of(rules, GatewayId("d")) == nullptr);
  CHECK(profile_of(Rules{}, GatewayId("a")) == nullptr);
}

}  // namespace
}  // namespace recycled::billing
