// What a dry run said: its digest, and what is told when it is so no more.
#include "report/plan.hpp"

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/card_number.hpp"
#include "report/rerun.hpp"

namespace recycled::report {
namespace {

PlannedItem taken(const std::string& id, std::int64_t minor = 4995) {
  return {id, PlannedHandOver{GatewayId("ff"), Money{minor, Currency()}, 21, 0, 0}, {}};
}
PlannedItem left_out(const std::string& id, const std::string& reason) {
  return {id, std::nullopt, reason};
}
std::string digest(const Plan& plan) { return digest_of(content_of(plan)); }

const Plan three{"rerun", {taken("O-1"), left_out("O-2", "hard_decline"), taken("O-3")}};

TEST_CASE("X2: a plan comes back as it was kept, in order of its ids") {
  Plan plan = three;
  plan.items.push_back(
      {"S \"4\"\n",
       PlannedHandOver{GatewayId("ff 2"), Money{500, *Currency::parse("JPY")}, 1, 12, 7},
       {}});
  const auto back = plan_of(content_of(plan));
  REQUIRE(back.has_value());
  CHECK(*back == plan);
  std::ranges::reverse(plan.items);
  CHECK(plan_of(content_of(plan)) == *back);
  CHECK(digest(plan) == digest(*back));
}

TEST_CASE("X2: every part of a hand-over is in the digest, and the order of the items is not") {
  const std::string before = digest(three);
  const std::vector<std::function<void(Plan&)>> changes{
      [](Plan& plan) { plan.command = "backfill"; },
      [](Plan& plan) { plan.items[0].id = "O-9"; },
      [](Plan& plan) { plan.items[0].taken->gateway = GatewayId("ff-2"); },
      [](Plan& plan) { plan.items[0].taken->amount.minor += 1; },
      [](Plan& plan) { plan.items[0].taken->amount.currency = *Currency::parse("EUR"); },
      [](Plan& plan) { plan.items[0].taken->expiry_days = 20; },
      [](Plan& plan) { plan.items[0].taken->cycle = 5; },
      [](Plan& plan) { plan.items[0].taken->reattempt = 4; },
      [](Plan& plan) { plan.items[1].reason = "no_card"; },
      [](Plan& plan) { plan.items.pop_back(); },
  };
  for (const auto& change : changes) {
    Plan plan = three;
    change(plan);
    CHECK(digest(plan) != before);
  }
  CHECK(hide_card_numbers(before) == before);  // it stands in audit rows, which are masked
}

TEST_CASE("X2: what has changed is told, item by item, from what to what") {
  const Plan now{"rerun",
                 {left_out("O-1", "cancelled"), taken("O-2"), taken("O-3", 5995), taken("O-4")}};
  const auto changes = changes_since(three, now);
  CHECK(to_text(changes) ==
        "O-1  planned: handed over to ff, 49.95 USD, for 21 days; now: not taken: cancelled\n"
        "O-2  planned: not taken: hard_decline; now: handed over to ff, 49.95 USD, for 21 days\n"
        "O-3  planned: handed over to ff, 49.95 USD, for 21 days; now: handed over to ff, 59.95 "
        "USD, for 21 days\n"
        "O-4  planned: nothing; now: handed over to ff, 49.95 USD, for 21 days\n");
  const auto json = nlohmann::json::parse(to_json("digest", changes));
  CHECK(json.at("plan") == "digest");
  CHECK(json.at("changed").at(0).at("now").at("reason") == "cancelled");
  CHECK(json.at("changed").at(2).at("now").at("amount") == "59.95");
  CHECK(json.at("changed").at(3).at("planned").is_null());
  CHECK(changes_since(three, three).empty());
}

TEST_CASE("X2: what is left out for another reason changes nothing of what runs") {
  const Plan now{"rerun", {taken("O-3"), taken("O-1"), left_out("O-2", "cancelled")}};
  CHECK(changes_since(three, now).empty());
  const Plan gone{"rerun", {taken("O-1"), left_out("O-9", "no_card")}};
  const auto changes = changes_since(three, gone);
  REQUIRE(changes.size() == 1);
  CHECK(to_text(changes).find("O-3  planned: handed over") == 0);
  CHECK(to_text(changes).find("now: not among those asked for") != std::string::npos);
}

TEST_CASE("a plan that is not what was stored is refused, whatever it is instead") {
  const std::string good = content_of(three);
  for (const std::string& bad :
       {std::string(), std::string("{}\n"), std::string("[1]\n"), good.substr(0, good.size() / 2),
        good + "{\"id\":\"O-4\"}\n", good + "{\"id\":4,\"reason\":\"x\"}\n",
        good + R"({"id":"O","gateway":"g","amount":"1","currency":"ZZZ","expiry_days":1,)" +
            "\"billing_cycle\":0,\"reattempt\":0}\n",
        good + R"({"id":"O","gateway":"g","amount":"x","currency":"USD","expiry_days":1,)" +
            "\"billing_cycle\":0,\"reattempt\":0}\n"}) {
    CAPTURE(bad);
    const auto plan = plan_of(bad);
    REQUIRE_FALSE(plan.has_value());
    CHECK(plan.error().fault == Fault::store);
  }
}

TEST_CASE("X2: a rerun's item is planned by what is handed over, not by the second of its end") {
  RerunItem item{"O-1", ports::StoredRecovery(), std::nullopt};
  item.taken->recovery.provider_gateway = GatewayId("ff");
  item.taken->recovery.amount = Money{4995, Currency()};
  item.expiry_days = 21;
  item.taken->recovery.expires_at = from_millis(1);
  CHECK(planned(item) == taken("O-1"));
  item.taken->recovery.expires_at = from_millis(2);
  CHECK(planned(item) == taken("O-1"));
  const billing::SaleRefusal until{billing::SaleRefused::card_cap, "until some second"};
  CHECK(planned(RerunItem{"O-2", std::nullopt, until}) == left_out("O-2", "card_cap"));
  CHECK(planned(RerunItem{"O-3", std::nullopt, std::nullopt}) == left_out("O-3", "not_found"));
}

}  // namespace
}  // namespace recycled::report
