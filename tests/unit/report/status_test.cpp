#include "report/status.hpp"

#include <string>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "fake_ledger.hpp"
#include "support/usual.hpp"

namespace recycled::report {
namespace {

using billing::RecoveryState;
using std::chrono::days;
using std::chrono::hours;

const Instant now = instant("2026-11-23T09:30:00Z");
const billing::Rules rules = testing::usual_rules();

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A recovery number `key` of subscription s-`key`, claimed `age` ago.
ports::StoredRecovery open_recovery(std::int64_t key, RecoveryState state, Millis age) {
  ports::StoredRecovery stored{.key = RecoveryKey(key),
                               .subject = SubscriptionKey(key),
                               .subscription = SubscriptionId("s-" + std::to_string(key)),
                               .sale = SaleId(),
                               .recovery = {}};
  stored.recovery.order = OrderId("order-" + std::to_string(key));
  stored.recovery.state = state;
  stored.recovery.amount = Money{8096, Currency()};
  stored.recovery.claimed_at = now - age;
  return stored;
}

ports::StoredRecovery parked_recovery(std::int64_t key) {
  auto stored = open_recovery(key, RecoveryState::parked, days(3));
  stored.recovery.reason = billing::Reason::refused;
  return stored;
}

StatusReport status_of(FakeLedger& ledger, const billing::Rules& by = rules) {
  return gather_status(ledger, by, FiveHoursBehind(), now);
}
nlohmann::json json_of(FakeLedger& ledger) {
  return nlohmann::json::parse(to_json(status_of(ledger)));
}
std::string text_of(FakeLedger& ledger) { return to_text(status_of(ledger)); }

TEST_CASE("where the day has a ceiling, status says how far it has come") {
  FakeLedger ledger;
  CHECK_FALSE(has(text_of(ledger), "today"));
  CHECK(json_of(ledger).at("today").is_null());
  auto by = rules;
  by.ceilings.day.count = 1000;
  by.ceilings.day.minor = {{*Currency::parse("USD"), 5'000'000}, {*Currency::parse("JPY"), 9000}};
  ledger.handed_over.count = 12;
  ledger.handed_over.minor = {{*Currency::parse("USD"), 89950}, {*Currency::parse("EUR"), 1}};
  const auto status = status_of(ledger, by);
  CHECK(has(to_text(status), "12 of 1000 hand-overs, JPY 0 of 9000, USD 899.50 of 50000.00\n"));
  const auto json = nlohmann::json::parse(to_json(status)).at("today");
  CHECK(json.at("hand_overs") == 12);
  CHECK(json.at("hand_overs_per_day") == 1000);
  CHECK(json.at("amounts").size() == 2);
  CHECK(json.at("amounts")[1].at("amount") == "899.50");
}

TEST_CASE("status says above all else that everything is paused, since when, by whom and why") {
  FakeLedger ledger;
  CHECK_FALSE(has(text_of(ledger), "PAUSED"));
  CHECK(json_of(ledger).at("paused").empty());
  ledger.standing_pauses = {{now - days(1), ports::PauseWord::paused, GatewayId(), "alice", "why"},
                            {now, ports::PauseWord::paused, GatewayId("ff"), "bob", ""}};
  const std::string text = text_of(ledger);
  CHECK(has(text, "PAUSED: nothing new is claimed or handed over; results are taken\n"));
  CHECK(has(text,
            "  until `recycled resume`, for 1d: everything, since 2026-11-22T09:30:00Z, by alice: "
            "why\n"));
  CHECK(has(text,
            "  until `recycled resume --gateway ff`, for 0s: gateway ff, since "
            "2026-11-23T09:30:00Z, by bob\n"));
  const auto json = json_of(ledger).at("paused");
  REQUIRE(json.size() == 2);
  CHECK(json[0].at("gateway").is_null());
  CHECK(json[0].at("since") == "2026-11-22T09:30:00Z");
  CHECK(json[0].at("by") == "alice");
  CHECK(json[0].at("reason") == "why");
  CHECK(json[1].at("gateway") == "ff");
  CHECK(json[1].at("reason").is_null());
}

TEST_CASE("status of an empty ledger says that there is nothing, and breaks on nothing") {
  FakeLedger ledger;
  const auto json = json_of(ledger);
  CHECK(json.at("at") == "2026-11-23T09:30:00Z");
  CHECK(json.at("next_due").is_null());
  CHECK(json.at("next_step").is_null());
  CHECK(json.at("last_run").is_null());
  CHECK(json.at("parked").empty());
  CHECK(json.at("without_news").at("count") == 0);
  CHECK(json.at("without_news").at("oldest_claim").is_null());
  CHECK(has(text_of(ledger), "last run                none yet"));
  CHECK_FALSE(has(text_of(ledger), "parked"));
}

TEST_CASE("status counts by the words of each set") {
  FakeLedger ledger;
  for (const auto status :
       {billing::SubscriptionStatus::active, billing::SubscriptionStatus::active,
        billing::SubscriptionStatus::recycle_billing}) {
    ledger.subscriptions.emplace_back().subscription.status = status;
  }
  ledger.recoveries = {open_recovery(1, RecoveryState::waiting, hours(1)),
                       open_recovery(2, RecoveryState::recovered, hours(1))};
  ledger.refusals = {{billing::NotTaken::hard_decline, 7}};
  ledger.callback_counts = {{ports::CallbackResult::unmatched, 2},
                            {ports::CallbackResult::failed, 1}};
  const auto json = json_of(ledger);
  CHECK(json.at("subscriptions") == nlohmann::json{{"active", 2}, {"recycle_billing", 1}});
  CHECK(json.at("recoveries") == nlohmann::json{{"waiting", 1}, {"recovered", 1}});
  CHECK(json.at("not_taken") == nlohmann::json{{"hard_decline", 7}});
  CHECK(json.at("callbacks") == nlohmann::json{{"unmatched", 2}, {"failed", 1}});
  const std::string text = text_of(ledger);
  CHECK(has(text, "  active                  2\n"));
  CHECK(has(text, "  hard_decline            7  the decline is hard"));
  CHECK(has(text, "  unmatched               2\n"));
}

ports::StoredSale unclassed_sale(std::int64_t key) {
  ports::StoredSale stored;
  stored.key = SaleKey(key);
  stored.sale.id = SaleId("o-" + std::to_string(key));
  stored.sale.gateway = GatewayId("bank");
  stored.sale.declined = testing::declined("any", now).declined;
  stored.sale.declined->stated.reset();
  stored.sale.card.token = "token";
  return stored;
}

TEST_CASE("H1, X2: declines that nobody classified are held and listed, of both kinds") {
  FakeLedger ledger;
  CHECK_FALSE(has(text_of(ledger), "held"));
  CHECK(json_of(ledger).at("held").at("items").empty());
  auto& subscription = ledger.subscriptions.emplace_back();
  subscription.subscription = testing::declined("s-1", now);
  subscription.plan.refusal = billing::Refusal{billing::NotTaken::unclassified_decline, ""};
  ledger.refusals = {{billing::NotTaken::unclassified_decline, 1}};
  ledger.sales = {unclassed_sale(1), unclassed_sale(2), unclassed_sale(3)};
  ledger.sales[1].sale.declined->message = "Try again later";  // which a mapping knows
  ledger.sales[2].sale.gateway = GatewayId("gone");            // not held for that
  auto mapped = rules;
  mapped.decline_rules = {{{}, billing::OrderScope::initial, "later", billing::DeclineClass::soft}};
  const auto status = status_of(ledger, mapped);
  CHECK(status.held.subscriptions == 1);
  CHECK(status.held.sales == 1);
  REQUIRE(status.held.items.size() == 2);
  CHECK(has(to_text(status),
            "  subscription s-1  bank  51 Insufficient funds  declined 2026-11-14T09:30:00Z\n"
            "  order o-1  bank  51 Insufficient funds  declined 2026-11-14T09:30:00Z\n"));
  const auto json = nlohmann::json::parse(to_json(status)).at("held");
  CHECK(json.at("orders") == 1);
  CHECK(json.at("items").at(0).at("subscription_id") == "s-1");
  CHECK(json.at("items").at(1).at("merchant_order_id") == "o-1");
  CHECK(json.at("items").at(1).at("decline_message") == "Insufficient funds");
}

TEST_CASE("all that is held is counted, though only the first are listed") {
  FakeLedger ledger;
  for (int key = 1; key <= 1234; ++key) ledger.sales.push_back(unclassed_sale(key));
  const auto status = status_of(ledger);
  CHECK(status.held.sales == 1234);
  CHECK(std::ssize(status.held.items) == held_listed);
  CHECK(has(to_text(status), "  and 1184 more\n"));
}

TEST_CASE("L22: events that wait or were given up are counted, and the oldest is named") {
  FakeLedger ledger;
  CHECK_FALSE(has(text_of(ledger), "events"));
  CHECK(json_of(ledger).at("oldest_event").is_null());
  ledger.delivery_counts = {{ports::DeliveryState::waiting, 4}, {ports::DeliveryState::dead, 1}};
  ledger.delivery_oldest = now - hours(27);
  CHECK(json_of(ledger).at("events") == nlohmann::json{{"waiting", 4}, {"dead", 1}});
  CHECK(json_of(ledger).at("oldest_event") == "2026-11-22T06:30:00Z");
  CHECK(has(text_of(ledger), "events\n  waiting                 4\n  dead                    1\n"));
  CHECK(has(text_of(ledger), "  oldest waiting          for 1d3h\n"));
}

TEST_CASE("L22: what is overdue says for how long") {
  FakeLedger ledger;
  ledger.due_next = now - hours(27);
  ledger.step_next = now + std::chrono::minutes(90);
  CHECK(json_of(ledger).at("next_due") == "2026-11-22T06:30:00Z");
  CHECK(has(text_of(ledger), "2026-11-22T06:30:00Z, overdue for 1d3h\n"));
  CHECK(has(text_of(ledger), "2026-11-23T11:00:00Z, in 1h30m\n"));
}

TEST_CASE("open recoveries are counted by age, each in exactly one band") {
  struct Row {
    Millis age;
    std::size_t band;
  };
  for (const Row& row :
       {Row{Millis(0), 0}, Row{days(1) - Millis(1), 0}, Row{days(1), 1},
        Row{days(7) - Millis(1), 1}, Row{days(7), 2}, Row{days(14), 3},
        Row{days(21) - Millis(1), 3}, Row{days(21), 4}, Row{days(400), 4}, Row{Millis(-5), 0}}) {
    CAPTURE(row.age.count());
    FakeLedger ledger;
    ledger.recoveries = {open_recovery(1, RecoveryState::waiting, row.age),
                         open_recovery(2, RecoveryState::failed, row.age)};
    const auto bands = status_of(ledger).open_by_age;
    REQUIRE(bands.size() == 5);
    for (std::size_t i = 0; i < bands.size(); ++i) CHECK(bands[i].count == (i == row.band ? 1 : 0));
  }
}

TEST_CASE("status sees every open recovery, however many there are") {
  FakeLedger ledger;
  for (std::int64_t key = 1; key <= 1234; ++key) {
    ledger.recoveries.push_back(open_recovery(key, RecoveryState::waiting, days(8)));
  }
  CHECK(status_of(ledger).open_by_age.at(2).count == 1234);
}

TEST_CASE("L13: without news are those that FlexFactor has not answered") {
  FakeLedger ledger;
  auto asked_in_vain = open_recovery(1, RecoveryState::waiting, days(2));
  asked_in_vain.recovery.tries = 3;
  auto parked_after_tries = parked_recovery(2);
  parked_after_tries.recovery.tries = 3;
  ledger.recoveries = {asked_in_vain, parked_after_tries,
                       open_recovery(3, RecoveryState::unknown, days(5)),
                       open_recovery(4, RecoveryState::waiting, days(9)),
                       open_recovery(5, RecoveryState::failed, days(9))};
  const auto silence = json_of(ledger).at("without_news");
  CHECK(silence.at("count") == 2);
  CHECK(silence.at("oldest_claim") == "2026-11-18T09:30:00Z");
}

TEST_CASE("a parked item is listed with its reason and since when") {
  FakeLedger ledger;
  ledger.recoveries = {parked_recovery(1), parked_recovery(2)};
  ports::AuditRow parks;
  parks.at = now - hours(2);
  parks.recovery = RecoveryKey(1);
  parks.before = "waiting";
  parks.after = "parked";
  ports::AuditRow later = parks;  // something else happened to it, and it stayed parked
  later.at = now - hours(1);
  later.before = "parked";
  ledger.audit = {{SubscriptionKey(1), parks}, {SubscriptionKey(1), later}};
  const auto parked = json_of(ledger).at("parked");
  REQUIRE(parked.size() == 2);
  CHECK(parked[0].at("order_id") == "order-1");
  CHECK(parked[0].at("subscription_id") == "s-1");
  CHECK(parked[0].at("reason") == "refused");
  CHECK(parked[0].at("amount") == "80.96");
  CHECK(parked[0].at("currency") == "USD");
  CHECK(parked[0].at("since") == "2026-11-23T07:30:00Z");
  CHECK(parked[1].at("since") == "2026-11-20T09:30:00Z");  // no audit row: since the claim
  CHECK(has(text_of(ledger), "order-1  subscription s-1  80.96 USD  since 2026-11-23T07:30:00Z"));
}

TEST_CASE("of many parked items fifty are listed and all are counted") {
  FakeLedger ledger;
  for (std::int64_t key = 1; key <= 53; ++key) ledger.recoveries.push_back(parked_recovery(key));
  const auto json = json_of(ledger);
  CHECK(json.at("parked").size() == 50);
  CHECK(json.at("recoveries").at("parked") == 53);
  CHECK(has(text_of(ledger), "and 3 more\n"));
  ledger.recoveries.resize(50);
  CHECK_FALSE(has(text_of(ledger), "more\n"));
}

TEST_CASE("the last run and the money, in each currency's own decimals") {
  FakeLedger ledger;
  ports::RunRow run;
  run.id = RunId("r-1");
  run.kind = "once";
  run.started_at = now - hours(1);
  ledger.run = run;
  ledger.all_totals = {
      {RecoveryState::recovered, billing::Reason::none, Currency(), 3, 24288},
      {RecoveryState::failed, billing::Reason::expired, Currency::parse("JPY").value(), 1, 1200}};
  CHECK(has(text_of(ledger), "once r-1, started 2026-11-23T08:30:00Z, has not ended\n"));
  CHECK(json_of(ledger).at("last_run").at("ended_at").is_null());
  ledger.run->ended_at = now;
  ledger.run->summary = "3 sent";
  CHECK(has(text_of(ledger), "ended 2026-11-23T09:30:00Z: 3 sent\n"));
  CHECK(has(text_of(ledger), "  recovered               3 for 242.88 USD\n"));
  CHECK(has(text_of(ledger), "  failed (expired)        1 for 1200 JPY\n"));
  const auto totals = json_of(ledger).at("totals");
  CHECK(totals.at(0).at("amount") == "242.88");
  CHECK(totals.at(1).at("amount") == "1200");
  CHECK(totals.at(1).at("reason") == "expired");
  CHECK_FALSE(has(text_of(ledger), "money that went back"));
  ledger.all_returned = {{ports::MoneyBack::charged_back, Currency(), 2, 4000}};
  CHECK(has(text_of(ledger), "money that went back, not counted above\n"));
  CHECK(has(text_of(ledger), "  charged_back            2 for 40.00 USD\n"));
  const auto returned = json_of(ledger).at("returned");
  CHECK(returned.at(0).at("how") == "charged_back");
  CHECK(returned.at(0).at("amount") == "40.00");
}

}  // namespace
}  // namespace recycled::report
