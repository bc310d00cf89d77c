#include "report/explain.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "fake_ledger.hpp"

namespace recycled::report {
namespace {

using billing::NotTaken;
using billing::RecoveryState;
using billing::SubscriptionStatus;
using std::chrono::hours;

const Instant now = instant("2026-11-23T09:30:00Z");
const SubscriptionKey row_key(7);
const RecoveryKey recovery_key(70);

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

billing::Rules rules() {
  billing::Rules rules;
  rules.gateways = {{GatewayId("nmi-1"), {GatewayId("nmi-1"), "nmi", std::nullopt}},
                    {GatewayId("ff"), {GatewayId("ff"), "flexfactor", billing::FlexFactorTerms{}}}};
  billing::RecycleProfile profile;
  profile.id = ProfileId("standard");
  profile.gateways = {GatewayId("nmi-1")};
  profile.gateway_4_6 = GatewayId("ff");
  for (int number = 1; number <= 4; ++number) {
    profile.reattempts[number] = {.number = number, .days = 5};
  }
  rules.profiles = {profile};
  return rules;
}

// Declined, three re-attempts made, the last late in the evening of 19 November local time.
FakeLedger declined_ledger() {
  FakeLedger ledger;
  ports::StoredSubscription& stored = ledger.subscriptions.emplace_back();
  stored.key = row_key;
  stored.imported_at = instant("2026-11-20T12:00:00Z");
  billing::Subscription& subscription = stored.subscription;
  subscription.id = SubscriptionId("s-1");
  subscription.gateway = GatewayId("nmi-1");
  subscription.status = SubscriptionStatus::recycle_billing;
  subscription.cycle = 3;
  subscription.price = Money{8995, Currency()};
  subscription.card.token = "tok-secret";
  subscription.card.first6 = "411111";
  subscription.card.last4 = "1111";
  subscription.card.holder = "Ada Holder";
  subscription.payer.email = "ada@example.com";
  subscription.declined = billing::Declined{.at = instant("2026-11-01T15:00:00Z"),
                                            .reattempts_made = 3,
                                            .last_attempt_at = instant("2026-11-20T03:00:00Z"),
                                            .code = "51",
                                            .message = "Insufficient funds",
                                            .stated = billing::DeclineClass::soft,
                                            .avs_result = {},
                                            .cvv_result = {}};
  return ledger;
}

billing::Subscription& subscription_in(FakeLedger& ledger) {
  return ledger.subscriptions.front().subscription;
}

// The same, handed over on 22 November and taken by FlexFactor.
FakeLedger waiting_ledger() {
  FakeLedger ledger = declined_ledger();
  ports::StoredRecovery stored{recovery_key, row_key, SubscriptionId("s-1"), SaleId(), {}};
  billing::Recovery& recovery = stored.recovery;
  recovery.order = OrderId("order-1");
  recovery.cycle = 3;
  recovery.provider_gateway = GatewayId("ff");
  recovery.return_gateway = GatewayId("nmi-1");
  recovery.return_card = "tok-secret";
  recovery.amount = Money{8096, Currency()};
  recovery.state = RecoveryState::waiting;
  recovery.step = billing::Step::inquire;
  recovery.next_at = instant("2026-11-24T02:00:00Z");
  recovery.claimed_at = instant("2026-11-22T10:00:00Z");
  recovery.expires_at = instant("2026-12-13T10:00:00Z");
  recovery.provider_order = ProviderOrderId("ff-order-1");
  ledger.recoveries = {stored};
  ledger.all_attempts = {{recovery_key, instant("2026-11-22T10:00:01Z"), Millis(120),
                          billing::Step::send, "pending", "trace 00-abc"}};
  ports::StoredCallback callback;
  callback.key = CallbackKey(7);
  callback.received_at = instant("2026-11-22T10:05:00Z");
  callback.event = "order.completed";
  callback.order = OrderId("order-1");
  callback.headers = "x-fc-signature: signature-bytes";
  callback.body = "{\"raw\":\"body-bytes\"}";
  callback.result = ports::CallbackResult::failed;
  callback.error = "disk full";
  callback.tries = 2;
  ledger.callbacks = {callback};
  ports::AuditRow row;
  row.at = instant("2026-11-22T10:00:02Z");
  row.event = "recovery.pending";
  row.before = "intended";
  row.after = "waiting";
  ledger.audit = {{row_key, row}};
  return ledger;
}

billing::Recovery& recovery_in(FakeLedger& ledger) { return ledger.recoveries.front().recovery; }

Explanation explained(FakeLedger& ledger, const billing::Rules& by = rules()) {
  const FiveHoursBehind calendar;
  return gather_explanation(ledger, by, calendar, "s-1", now).value();
}
std::string text_of(FakeLedger& ledger) { return to_text(explained(ledger)); }
nlohmann::json json_of(FakeLedger& ledger) {
  return nlohmann::json::parse(to_json(explained(ledger)));
}

TEST_CASE("X2: a subscription is found by its id and by our order id, and nothing else is") {
  FakeLedger ledger = waiting_ledger();
  const FiveHoursBehind calendar;
  for (const char* id : {"s-1", "order-1"}) {
    const auto found = gather_explanation(ledger, rules(), calendar, id, now);
    REQUIRE(found);
    CHECK(found->stored.subscription.id == SubscriptionId("s-1"));
  }
  for (const char* id : {"", "s-2", "S-1", "order-2"}) {
    const auto found = gather_explanation(ledger, rules(), calendar, id, now);
    REQUIRE_FALSE(found);
    CHECK(found.error().fault == Fault::not_found);
    CHECK(has(found.error().message, "\"" + std::string(id) + "\""));
  }
}

TEST_CASE("X2: what is yet to be handed over says to whom, for how much, and when") {
  FakeLedger ledger = declined_ledger();
  const auto json = json_of(ledger);
  CHECK(json.at("due_at") == "2026-11-24T05:00:00Z");  // the local day of the attempt counts
  CHECK(json.at("due_day") == "2026-11-24");
  CHECK(json.at("not_taken").is_null());
  CHECK(has(text_of(ledger),
            "Next: it is handed to ff as re-attempt 4 (block 4-6 of profile standard) for 89.95 "
            "USD, on 2026-11-24T05:00:00Z (2026-11-24).\n"));
}

TEST_CASE("what a pause holds says so, and what it does not hold says nothing of it") {
  const ports::Pause of_all{now, ports::PauseWord::paused, GatewayId(), "alice", "why"};
  const ports::Pause of_another{now, ports::PauseWord::paused, GatewayId("another"), "bob", ""};
  FakeLedger ledger = declined_ledger();
  ledger.standing_pauses = {of_all, of_another};
  const std::string text = text_of(ledger);
  CHECK(has(text,
            "But not before `recycled resume`: hand-overs are paused since "
            "2026-11-23T09:30:00Z, by alice: why.\n"));
  CHECK_FALSE(has(text, "by bob"));
  FakeLedger waiting = waiting_ledger();
  waiting.standing_pauses = {of_all};
  CHECK_FALSE(has(text_of(waiting), "paused"));
}

TEST_CASE("what is due already says since when") {
  FakeLedger ledger = declined_ledger();
  subscription_in(ledger).declined->last_attempt_at = instant("2026-11-16T03:00:00Z");
  CHECK(has(text_of(ledger),
            ", at the next pass: it has been due since 2026-11-20T05:00:00Z (2026-11-20).\n"));
}

TEST_CASE("X2: an open recovery says where it is, what is next, and in whose day") {
  FakeLedger ledger = waiting_ledger();
  const std::string text = text_of(ledger);
  CHECK(has(text,
            "Subscription s-1 is recycle_billing in billing cycle 3 on gateway nmi-1, at "
            "89.95 USD.\n"));
  CHECK(has(text,
            "with code 51, \"Insufficient funds\"; re-attempts made by the merchant: 3, the "
            "last on 2026-11-20T03:00:00Z (2026-11-19).\n"));
  CHECK(has(text, "handed to ff for 80.96 USD as order order-1; it goes back to nmi-1"));
  CHECK(has(text, "Its recovery is waiting: FlexFactor has it"));
  CHECK(has(text, "Next: FlexFactor is asked about it, on 2026-11-24T02:00:00Z (2026-11-23).\n"));
  CHECK(has(text, "It expires on 2026-12-13T10:00:00Z (2026-12-13).\n"));
}

TEST_CASE("a parked recovery names its reason and waits for a person") {
  FakeLedger ledger = waiting_ledger();
  recovery_in(ledger).state = RecoveryState::parked;
  recovery_in(ledger).reason = billing::Reason::refused;
  recovery_in(ledger).step = billing::Step::none;
  CHECK(has(text_of(ledger), "the reason: FlexFactor refuses the request.\nNext: a person"));
}

TEST_CASE("L5: while FlexFactor has it, it is not taken a second time") {
  for (const auto state :
       {RecoveryState::intended, RecoveryState::unknown, RecoveryState::waiting,
        RecoveryState::grace, RecoveryState::withdrawing, RecoveryState::parked}) {
    CAPTURE(billing::to_text(state));
    FakeLedger ledger = waiting_ledger();
    recovery_in(ledger).state = state;
    const auto json = json_of(ledger);
    CHECK(json.at("not_taken") ==
          nlohmann::json{{"reason", "open_recovery"}, {"detail", "order-1"}});
    CHECK(json.at("due_at").is_null());
  }
}

TEST_CASE("B6: a cycle that was handed over is not handed over again, a released one is") {
  FakeLedger ledger = waiting_ledger();
  recovery_in(ledger).state = RecoveryState::failed;
  CHECK(explained(ledger).not_taken == billing::Refusal{NotTaken::already_handed_over, "order-1"});
  recovery_in(ledger).state = RecoveryState::released;
  CHECK_FALSE(explained(ledger).not_taken);
  CHECK(explained(ledger).due);
  recovery_in(ledger).state = RecoveryState::failed;
  recovery_in(ledger).cycle = 2;  // another cycle's end says nothing about this one
  CHECK_FALSE(explained(ledger).not_taken);
}

TEST_CASE("B7: what is not taken says why, what exactly, and what would change it") {
  FakeLedger ledger = declined_ledger();
  subscription_in(ledger).declined->stated = billing::DeclineClass::hard;
  CHECK(json_of(ledger).at("not_taken") ==
        nlohmann::json{{"reason", "hard_decline"}, {"detail", "51 Insufficient funds"}});
  CHECK(has(text_of(ledger),
            "It is not taken: the decline is hard, and only soft declines are "
            "handed over (51 Insufficient funds).\nNext: nothing, until a "
            "decline mapping of the config makes the decline soft.\n"));
}

TEST_CASE("the verdict is by the rules as they are now, not as the last scan stored it") {
  FakeLedger ledger = declined_ledger();
  ledger.subscriptions.front().plan.refusal = billing::Refusal{NotTaken::hard_decline, "old"};
  CHECK_FALSE(explained(ledger).not_taken);
  billing::Rules changed = rules();
  changed.never_send_codes = {"51"};
  CHECK(explained(ledger, changed).not_taken->reason == NotTaken::never_send_code);
}

TEST_CASE("a field found missing when the request was composed is still the reason") {
  FakeLedger ledger = declined_ledger();
  const billing::Refusal missing{NotTaken::missing_field, "transaction.responseCode"};
  ledger.subscriptions.front().plan.refusal = missing;
  CHECK(explained(ledger).not_taken == missing);
  CHECK(has(text_of(ledger), "(transaction.responseCode).\nNext: nothing, until an import"));
}

TEST_CASE("B4: after a success it is back at its gateway and waits for the next billing") {
  FakeLedger ledger = waiting_ledger();
  recovery_in(ledger).state = RecoveryState::recovered;
  recovery_in(ledger).settled_at = instant("2026-11-22T12:00:00Z");
  subscription_in(ledger).status = SubscriptionStatus::active;
  subscription_in(ledger).cycle = 4;
  subscription_in(ledger).declined.reset();
  subscription_in(ledger).next_bill_on = parse_date("2026-12-22");
  const auto json = json_of(ledger);
  CHECK(json.at("not_taken").at("reason") == "not_in_recycle_billing");
  CHECK(json.at("next_bill_date") == "2026-12-22");
  CHECK(json.at("recoveries").at(0).at("state") == "recovered");
  CHECK(json.at("recoveries").at(0).at("settled_at") == "2026-11-22T12:00:00Z");
  CHECK(has(text_of(ledger), "its next scheduled billing is on 2026-12-22.\n"));
}

TEST_CASE("B5: after a failure it is Recycle Failed and says with which reason") {
  FakeLedger ledger = waiting_ledger();
  recovery_in(ledger).state = RecoveryState::failed;
  recovery_in(ledger).reason = billing::Reason::expired;
  recovery_in(ledger).refund_due = true;
  recovery_in(ledger).late = true;
  subscription_in(ledger).status = SubscriptionStatus::recycle_failed;
  ledger.subscriptions.front().fail_reason = "expired";
  const std::string text = text_of(ledger);
  CHECK(has(text, "at 89.95 USD, with reason expired.\n"));
  CHECK(has(text, "the reason: there was no success by the end of its expiry days.\n"));
  CHECK(has(text, "A refund is due"));
  CHECK(has(text, "The success came late"));
  CHECK(json_of(ledger).at("not_taken").at("reason") == "recycle_failed");
}

TEST_CASE("money that went back is told of a cycle that is over as well") {
  FakeLedger ledger = waiting_ledger();
  billing::Recovery& recovery = ledger.recoveries.front().recovery;
  recovery.state = RecoveryState::recovered;
  recovery.step = billing::Step::none;
  recovery.next_at.reset();
  subscription_in(ledger).cycle = 4;
  CHECK_FALSE(has(text_of(ledger), "Order order-1"));
  recovery.charged_back = true;
  CHECK(has(text_of(ledger),
            "Order order-1 of billing cycle 3 for 80.96 USD is recovered; it has been charged back"
            " since.\n"));
  recovery.refund_due = true;
  recovery.refunded = true;
  CHECK(has(text_of(ledger), "; a refund is due: the customer had left; it has been refunded"));
  // Of the present cycle it is told once, with the rest of its story.
  subscription_in(ledger).cycle = 3;
  CHECK(has(text_of(ledger), "It has been refunded since.\n"));
  CHECK_FALSE(has(text_of(ledger), "Order order-1 of"));
}

TEST_CASE("the history is in the order in which it happened, import and evidence included") {
  FakeLedger ledger = waiting_ledger();
  const auto history = json_of(ledger).at("history");
  std::string kinds;
  for (const auto& line : history) kinds += line.at("kind").get<std::string>() + " ";
  CHECK(kinds == "decline reattempt import claim attempt audit callback ");
  const std::string text = text_of(ledger);
  CHECK(has(text, "  2026-11-20T03:00:00Z (2026-11-19)  the merchant's re-attempt"));
  CHECK(has(text, "send, after 120ms pending: trace 00-abc\n"));
  CHECK(has(text, "recovery.pending, intended -> waiting\n"));
  CHECK(has(text, "callback 7 order.completed failed: disk full\n"));
}

TEST_CASE("the JSON of explain has every key of its interface") {
  FakeLedger ledger = waiting_ledger();
  const auto json = json_of(ledger);
  for (const char* key :
       {"subscription_id", "status", "billing_cycle", "gateway", "price", "currency",
        "next_bill_date", "due_at", "not_taken", "recoveries", "history"}) {
    CAPTURE(key);
    CHECK(json.contains(key));
  }
  CHECK(json.at("price") == "89.95");
  const auto& recovery = json.at("recoveries").at(0);
  for (const char* key :
       {"order_id", "state", "reason", "amount", "currency", "reattempt", "gateway",
        "return_gateway", "provider_order", "claimed_at", "expires_at", "next_step", "next_at",
        "settled_at", "late", "refund_due", "attempts", "callbacks"}) {
    CAPTURE(key);
    CHECK(recovery.contains(key));
  }
  CHECK(recovery.at("amount") == "80.96");
  CHECK(recovery.at("gateway") == "ff");
  CHECK(recovery.at("provider_order") == "ff-order-1");
  CHECK(recovery.at("next_step") == "inquire");
  CHECK(recovery.at("settled_at").is_null());
  CHECK(recovery.at("attempts").at(0).at("outcome") == "pending");
  CHECK(recovery.at("callbacks").at(0).at("result") == "failed");
}

TEST_CASE("X4: of the card only first six and last four come out, and no signed bytes") {
  FakeLedger ledger = waiting_ledger();
  const Explanation explanation = explained(ledger);
  const auto card = nlohmann::json::parse(to_json(explanation)).at("card");
  CHECK(card == nlohmann::json{{"first6", "411111"}, {"last4", "1111"}});
  for (const std::string& output : {to_json(explanation), to_text(explanation)}) {
    for (const char* secret : {"tok-secret", "Ada Holder", "ada@example.com", "signature-bytes",
                               "body-bytes", "request bytes"}) {
      CAPTURE(secret);
      CHECK_FALSE(has(output, secret));
    }
  }
}

TEST_CASE("a message of the world can neither forge a line nor break the JSON") {
  FakeLedger ledger = declined_ledger();
  subscription_in(ledger).declined->message = "no\nSubscription s-9 is fine\x1b[2J \xff";
  const std::string text = text_of(ledger);
  CHECK(has(text, "no?Subscription s-9 is fine?[2J"));
  CHECK_FALSE(has(text, "\x1b"));
  CHECK(has(json_of(ledger).at("decline").at("message").get<std::string>(), "\xef\xbf\xbd"));
}

}  // namespace
}  // namespace recycled::report
