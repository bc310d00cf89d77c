// What a backfill says of itself: a line for each decline, totals, and what needs a person.
#include "report/backfill.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace recycled::report {
namespace {

using billing::LeftAlone;
using billing::LeftOut;
using billing::NotTaken;
using billing::Refusal;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BackfillItem taken(const std::string& id, const char* currency = "USD") {
  BackfillItem item;
  item.id = id;
  item.expiry_days = 21;
  item.taken.emplace();
  billing::Recovery& recovery = item.taken->recovery;
  recovery.order = OrderId("ours");
  recovery.cycle = 5;
  recovery.reattempt = 7;
  recovery.provider_gateway = GatewayId("ff");
  recovery.return_gateway = GatewayId("bank");
  recovery.amount = Money{4995, *Currency::parse(currency)};
  recovery.expires_at = from_millis(0);
  return item;
}

BackfillItem left(const std::string& id, Refusal refusal) {
  BackfillItem item;
  item.id = id;
  item.left = std::move(refusal);
  return item;
}
BackfillItem left(const std::string& id, LeftAlone alone) {
  BackfillItem item;
  item.id = id;
  item.left = std::move(alone);
  return item;
}

const std::vector<BackfillItem> items{
    taken("S-1"),        left("S-2", Refusal{NotTaken::hard_decline, "51"}),
    taken("S-3", "EUR"), left("S-4", LeftAlone{LeftOut::not_due, "until tomorrow"}),
    taken("S-5"),        left("S-6", LeftAlone{LeftOut::not_due, "until Friday"})};

}  // namespace

TEST_CASE("X2: a backfill's dry run has a line for each decline, totals and the digest") {
  CHECK(to_text(items, {Tense::would_be, "digest"}) ==
        "S-1  would be handed over to ff: 49.95 USD, re-attempt 7 of billing cycle 5, until "
        "1970-01-01T00:00:00Z, back to bank, order ours\n"
        "S-2  not taken: hard_decline, the decline is hard, and only soft declines are handed over "
        "(51)\n"
        "S-3  would be handed over to ff: 49.95 EUR, re-attempt 7 of billing cycle 5, until "
        "1970-01-01T00:00:00Z, back to bank, order ours\n"
        "S-4  not taken: not_due, its next re-attempt is not due yet, and is handed over when it "
        "is (until tomorrow)\n"
        "S-5  would be handed over to ff: 49.95 USD, re-attempt 7 of billing cycle 5, until "
        "1970-01-01T00:00:00Z, back to bank, order ours\n"
        "S-6  not taken: not_due, its next re-attempt is not due yet, and is handed over when it "
        "is (until Friday)\n"
        "3 of 6 would be handed over, 49.95 EUR, 99.90 USD\n"
        "left out: hard_decline 1, not_due 2\n"
        "plan digest: `--plan digest` runs this\n");
}

TEST_CASE("what a backfill has done, was stopped over, or had done before") {
  auto before = taken("S-1");
  before.before = true;
  const auto text = to_text({before}, {Tense::done, "digest"});
  CHECK(has(text, "S-1  was already handed over to ff: "));
  CHECK(has(text, "1 of 1 handed over, 49.95 USD\nplan digest: carried out\n"));
  CHECK_FALSE(has(text, "left out"));
  const auto stopped = to_text({before}, {Tense::done, "digest", 7});
  CHECK(has(stopped, "not reached: 7\n"));
  CHECK_FALSE(has(stopped, "carried out"));
  CHECK(to_text({}, {}) == "0 of 0 handed over\n");
}

TEST_CASE("a backfill as JSON") {
  auto held = items;
  held.push_back(left("S-\xff", Refusal{NotTaken::missing_field, ""}));
  const auto json = nlohmann::json::parse(to_json(held, {Tense::would_be, "digest", 2}));
  CHECK(json.at("dry_run") == true);
  CHECK(json.at("plan") == "digest");
  CHECK(json.at("not_reached") == 2);
  const auto first = json.at("items").at(0);
  CHECK(first.at("subscription_id") == "S-1");
  CHECK(first.at("taken") == true);
  CHECK(first.at("gateway") == "ff");
  CHECK(first.at("back_to") == "bank");
  CHECK(first.at("amount") == "49.95");
  CHECK(first.at("currency") == "USD");
  CHECK(first.at("reattempt") == 7);
  CHECK(first.at("billing_cycle") == 5);
  CHECK(first.at("expiry_days") == 21);
  CHECK(first.at("expires_at") == "1970-01-01T00:00:00Z");
  CHECK(json.at("items").at(3).at("detail") == "until tomorrow");
  CHECK(json.at("items").at(3).at("needs_person") == false);
  CHECK(json.at("items").at(6).at("needs_person") == true);
  CHECK(json.at("items").at(6).at("detail").is_null());
  CHECK(json.at("totals").at(1).at("amount") == "99.90");
  CHECK(json.at("totals").at(1).at("count") == 2);
  CHECK(json.at("left_out").at("not_due") == 2);
}

TEST_CASE("what needs a person is what nobody else brings on") {
  for (int index = 0; index <= static_cast<int>(NotTaken::already_handed_over); ++index) {
    const auto reason = static_cast<NotTaken>(index);
    CAPTURE(to_text(reason));
    const std::string word(to_text(reason));
    const bool waits = word == "missing_field" || word == "unclassified_decline" ||
                       word == "no_card" || word == "unknown_gateway" ||
                       word == "declined_at_flexfactor";
    CHECK(needs_person(left("S", Refusal{reason, ""})) == waits);
  }
  CHECK_FALSE(needs_person(left("S", LeftAlone{LeftOut::over_limit, ""})));
  CHECK(needs_person(left("S", LeftAlone{LeftOut::paused, ""})));
  CHECK_FALSE(needs_person(taken("S")));
}

TEST_CASE(
    "X2: a backfill's item is planned by cycle and re-attempt, not by the second of its end") {
  auto item = taken("S-1");
  const PlannedItem plan{
      "S-1", PlannedHandOver{GatewayId("ff"), Money{4995, *Currency::parse("USD")}, 21, 5, 7}, {}};
  CHECK(planned(item) == plan);
  item.taken->recovery.expires_at = from_millis(9);
  CHECK(planned(item) == plan);
  CHECK(planned(left("S", LeftAlone{LeftOut::not_due, "until tomorrow"})) ==
        PlannedItem{"S", std::nullopt, "not_due"});
}

}  // namespace recycled::report
