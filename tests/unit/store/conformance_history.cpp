// The conformance suite's part about what is appended and counted, and about work that fails.
#include <stdexcept>

#include "base/ensure.hpp"
#include "unit/store/conformance.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store::conformance {
namespace {

using billing::RecoveryState;
using ports::CallbackResult;

ports::StoredCallback callback_of(const std::string& nonce, CallbackResult result) {
  ports::StoredCallback callback;
  callback.received_at = noon + Millis(3);
  callback.nonce = nonce;
  callback.event = "event";
  callback.order = OrderId("order");
  callback.provider_order = ProviderOrderId("provider order");
  callback.headers = "name: value\n";
  callback.body = std::string("{\"raw\":\0\xff}", 10);
  callback.result = result;
  return callback;
}

void check_same(const ports::StoredCallback& stored, const ports::StoredCallback& expected) {
  CHECK(stored.key == expected.key);
  CHECK(stored.received_at == expected.received_at);
  CHECK(stored.nonce == expected.nonce);
  CHECK(stored.event == expected.event);
  CHECK(stored.order == expected.order);
  CHECK(stored.provider_order == expected.provider_order);
  CHECK(stored.headers == expected.headers);
  CHECK(stored.body == expected.body);
  CHECK(stored.signers == expected.signers);
  CHECK(stored.result == expected.result);
  CHECK(stored.tries == expected.tries);
  CHECK(stored.next_at == expected.next_at);
  CHECK(stored.error == expected.error);
}

}  // namespace

void keeps_callbacks(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK_FALSE(tx.next_callback().has_value());
    auto done = callback_of("n1", CallbackResult::applied);
    done.signers = {GatewayId("ff"), GatewayId("an account")};
    done.key = tx.add_callback(done);
    auto failed = callback_of("n2", CallbackResult::failed);
    failed.tries = 4;
    failed.next_at = noon + Millis(20);
    failed.error = "why";
    failed.key = tx.add_callback(failed);
    auto stuck = callback_of("n3", CallbackResult::unreadable);
    stuck.key = tx.add_callback(stuck);
    auto sooner = callback_of("n4", CallbackResult::unmatched);
    sooner.order = OrderId("another");
    sooner.next_at = noon;
    sooner.key = tx.add_callback(sooner);

    const auto stored = tx.callbacks_of(OrderId("order"));
    REQUIRE(stored.size() == 3);
    check_same(stored[0], done);
    check_same(stored[1], failed);
    check_same(stored[2], stuck);
    CHECK(tx.next_callback() == noon);
    CHECK(tx.callbacks_due(noon - Millis(1), 9).empty());
    REQUIRE(tx.callbacks_due(noon, 9).size() == 1);
    check_same(tx.callbacks_due(noon, 9)[0], sooner);
    const auto both = tx.callbacks_due(noon + Millis(20), 9);
    REQUIRE(both.size() == 2);
    check_same(both[0], sooner);
    check_same(both[1], failed);
    CHECK(tx.callbacks_due(noon + Millis(20), 1).size() == 1);

    check_same(tx.callback(failed.key).value(), failed);
    CHECK_FALSE(tx.callback(CallbackKey(4711)).has_value());
    const CallbackKey newest(INT64_MAX);
    CHECK(tx.callbacks_before(newest, std::nullopt, 9).size() == 4);
    const auto page = tx.callbacks_before(sooner.key, std::nullopt, 2);
    REQUIRE(page.size() == 2);
    check_same(page[0], stuck);
    check_same(page[1], failed);
    const auto applied = tx.callbacks_before(newest, CallbackResult::applied, 9);
    REQUIRE(applied.size() == 1);
    check_same(applied[0], done);

    failed.result = CallbackResult::applied;
    failed.tries = 5;
    failed.next_at.reset();
    failed.error.clear();
    tx.mark_callback(failed);
    check_same(tx.callbacks_of(OrderId("order"))[1], failed);
    CHECK(tx.callbacks_due(noon + Millis(20), 9).size() == 1);
    CHECK(tx.callbacks_before(newest, CallbackResult::applied, 9).size() == 2);
  });
}

void a_claim_wakes_the_callbacks_that_waited_for_it(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    auto waits = callback_of("n1", CallbackResult::unmatched);
    waits.next_at = noon + std::chrono::hours(4);
    waits.key = tx.add_callback(waits);
    auto given_up = callback_of("n2", CallbackResult::unmatched);
    given_up.key = tx.add_callback(given_up);
    auto failed = callback_of("n3", CallbackResult::failed);
    tx.add_callback(failed);
    auto another = callback_of("n4", CallbackResult::unmatched);
    another.order = OrderId("another");
    tx.add_callback(another);

    const auto recovery = plain_recovery("order");
    put_recovery(tx, put(tx, "S"), recovery);
    const auto due = tx.callbacks_due(recovery.claimed_at, 9);
    REQUIRE(due.size() == 2);
    CHECK(due[0].key == waits.key);
    CHECK(due[1].key == given_up.key);
  });
}

void nonces_are_taken_once(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.remember_nonce("a", noon));
    CHECK(tx.remember_nonce("b", noon + Millis(1)));
    CHECK_FALSE(tx.remember_nonce("a", noon + Millis(2)));
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK_FALSE(tx.remember_nonce("b", noon + Millis(9)));
    CHECK(tx.forget_nonces(noon + Millis(1), 9) == 1);
    CHECK(tx.remember_nonce("a", noon + Millis(9)));
    CHECK_FALSE(tx.remember_nonce("b", noon + Millis(9)));
    CHECK(tx.forget_nonces(noon + Millis(99), 1) == 1);  // the oldest
    CHECK(tx.remember_nonce("b", noon + Millis(9)));
    CHECK_FALSE(tx.remember_nonce("a", noon + Millis(9)));
  });
}

void keeps_attempts_and_audit(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto subscription = put(tx, "S");
    const auto recovery = put_recovery(tx, subscription, plain_recovery("order"));
    const auto other = put_recovery(tx, subscription, plain_recovery("other", 6));
    tx.add_attempt({recovery, noon, Millis(17), billing::Step::cancel, "outcome", "detail"});
    tx.add_attempt({other, noon, Millis(18), billing::Step::send, "", ""});
    tx.add_attempt({recovery, noon - Millis(1), Millis(0), billing::Step::inquire, "2", ""});
    const auto attempts = tx.attempts(recovery);
    REQUIRE(attempts.size() == 2);
    CHECK(attempts[0].recovery == recovery);
    CHECK(attempts[0].started_at == noon);
    CHECK(attempts[0].took == Millis(17));
    CHECK(attempts[0].step == billing::Step::cancel);
    CHECK(attempts[0].outcome == "outcome");
    CHECK(attempts[0].detail == "detail");
    CHECK(attempts[1].outcome == "2");

    tx.add_audit({noon, recovery, subscription, "event", "before", "after", "reason"});
    tx.add_audit({noon + Millis(1), std::nullopt, subscription, "second", "", "", ""});
    tx.add_audit({noon, std::nullopt, put(tx, "T"), "elsewhere", "", "", ""});
    const auto audit = tx.audit_of(subscription);
    REQUIRE(audit.size() == 2);
    CHECK(audit[0].at == noon);
    CHECK(audit[0].recovery == recovery);
    CHECK((audit[0].subject == ports::Subject(subscription)));
    CHECK(audit[0].event == "event");
    CHECK(audit[0].before == "before");
    CHECK(audit[0].after == "after");
    CHECK(audit[0].reason == "reason");
    CHECK_FALSE(audit[1].recovery.has_value());
    CHECK(audit[1].event == "second");
  });
}

void hides_card_numbers(const MakeLedger& make) {
  const auto ledger = make();
  const std::string said = "HTTP 400: 4000 0027 6000 3184 is blocked; trace 00-1";
  const std::string kept = "HTTP 400: **** **** **** **** is blocked; trace 00-1";
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto subscription = put(tx, "S");
    const auto recovery = put_recovery(tx, subscription, plain_recovery("order"));
    tx.add_attempt({recovery, noon, Millis(1), billing::Step::send, "refused", said});
    CHECK(tx.attempts(recovery)[0].detail == kept);
    tx.add_audit({noon, recovery, subscription, "event", "", "", said});
    CHECK(tx.audit_of(subscription)[0].reason == kept);
    ports::StoredCallback callback;
    callback.order = OrderId("order");
    callback.result = CallbackResult::failed;
    callback.error = said;
    tx.add_callback(callback);
    CHECK(tx.callbacks_of(OrderId("order"))[0].error == kept);
  });
}

void keeps_meta_and_runs(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK_FALSE(tx.meta("name").has_value());
    tx.set_meta("name", "one");
    tx.set_meta("name", "two");
    tx.set_meta("empty", "");
    CHECK(tx.meta("name") == "two");
    CHECK(tx.meta("empty") == "");
    CHECK_FALSE(tx.last_run().has_value());
    tx.put_run({RunId("r1"), "run", noon, std::nullopt, ""});
    tx.put_run({RunId("r2"), "once", noon + Millis(1), std::nullopt, "going on"});
    CHECK_FALSE(tx.last_run()->ended_at.has_value());
    tx.put_run({RunId("r2"), "once", noon + Millis(1), noon + Millis(2), "done"});
    const auto last = tx.last_run();
    REQUIRE(last.has_value());
    CHECK(last->id == RunId("r2"));
    CHECK(last->kind == "once");
    CHECK(last->started_at == noon + Millis(1));
    CHECK(last->ended_at == noon + Millis(2));
    CHECK(last->summary == "done");
  });
}

void keeps_dry_runs(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const ports::DryRun first{"digest 1", noon, "what it said\n"};
    const ports::DryRun second{"digest 2", noon + Millis(1), ""};
    tx.keep_dry_run(first);
    tx.keep_dry_run(second);
    CHECK(tx.dry_run("digest 1") == first);
    CHECK(tx.dry_run("digest 2") == second);
    CHECK_FALSE(tx.dry_run("digest 3").has_value());
    tx.keep_dry_run({"digest 1", noon + Millis(2), "what it said\n"});
    tx.forget_dry_runs(noon + Millis(2));
    CHECK(tx.dry_run("digest 1")->made_at == noon + Millis(2));
    CHECK_FALSE(tx.dry_run("digest 2").has_value());
  });
}

void counts_and_totals(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.counts().subscriptions.empty());
    CHECK(tx.totals().empty());
    int number = 0;
    const auto recovered = [&](std::int64_t minor, const char* currency) {
      const std::string id = "S" + std::to_string(++number);
      auto recovery = in_state(plain_recovery(id), RecoveryState::recovered);
      recovery.amount = Money{minor, *Currency::parse(currency)};
      return std::pair(put(tx, id), recovery);
    };
    for (const auto& [minor, currency] :
         {std::pair(100, "USD"), std::pair(250, "USD"), std::pair(70, "EUR")}) {
      const auto [key, recovery] = recovered(minor, currency);
      put_recovery(tx, key, recovery);
    }
    auto [refunded_key, refunded] = recovered(999, "USD");
    refunded.refunded = true;
    put_recovery(tx, refunded_key, refunded);
    auto [disputed_key, disputed] = recovered(888, "USD");
    disputed.charged_back = true;
    put_recovery(tx, disputed_key, disputed);
    tx.set_plan(disputed_key, {std::nullopt, billing::Refusal{billing::NotTaken::no_card, ""}});
    tx.set_status(refunded_key, billing::SubscriptionStatus::active, noon);
    tx.add_callback(callback_of("n1", CallbackResult::ignored));
    tx.add_callback(callback_of("n2", CallbackResult::unmatched));

    const auto counts = tx.counts();
    CHECK(counts.subscriptions.at(billing::SubscriptionStatus::recycle_billing) == 4);
    CHECK(counts.subscriptions.at(billing::SubscriptionStatus::active) == 1);
    CHECK(counts.recoveries.at(RecoveryState::recovered) == 5);
    CHECK(counts.refusals.at(billing::NotTaken::no_card) == 1);
    CHECK(counts.callbacks.at(CallbackResult::ignored) == 1);
    CHECK(counts.callbacks.at(CallbackResult::unmatched) == 1);
    const auto totals = tx.totals();
    REQUIRE(totals.size() == 2);
    CHECK(totals[0].state == RecoveryState::recovered);
    CHECK(totals[0].reason == billing::Reason::none);
    CHECK(totals[0].currency.code() == "EUR");
    CHECK(totals[0].count == 1);
    CHECK(totals[0].minor == 70);
    CHECK(totals[1].currency.code() == "USD");
    CHECK(totals[1].count == 2);
    CHECK(totals[1].minor == 350);
    const auto returned = tx.returned();
    REQUIRE(returned.size() == 2);
    CHECK(returned[0].how == ports::MoneyBack::refunded);
    CHECK(returned[0].count == 1);
    CHECK(returned[0].minor == 999);
    CHECK(returned[1].how == ports::MoneyBack::charged_back);
    CHECK(returned[1].currency.code() == "USD");
    CHECK(returned[1].minor == 888);
  });
}

void the_backlog(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.backlog().open.empty());
    CHECK_FALSE(tx.backlog().oldest_claim.has_value());
    CHECK_FALSE(tx.backlog().last_callback.has_value());
    int number = 0;
    for (const auto state : {RecoveryState::waiting, RecoveryState::waiting, RecoveryState::parked,
                             RecoveryState::recovered, RecoveryState::failed}) {
      const std::string id = "S" + std::to_string(++number);
      auto recovery = in_state(plain_recovery(id), state);
      recovery.claimed_at = noon - std::chrono::hours(number);
      put_recovery(tx, put(tx, id), recovery);
    }
    auto early = callback_of("n1", CallbackResult::ignored);
    early.received_at = noon;
    tx.add_callback(early);
    auto late = callback_of("n2", CallbackResult::unmatched);
    late.received_at = noon + Millis(5);
    late.next_at = noon + Millis(9);
    tx.add_callback(late);
    const auto backlog = tx.backlog();
    CHECK(backlog.open.size() == 2);
    CHECK(backlog.open.at(RecoveryState::waiting) == 2);
    CHECK(backlog.open.at(RecoveryState::parked) == 1);
    CHECK(backlog.oldest_claim == noon - std::chrono::hours(3));  // of the open ones alone
    CHECK(backlog.last_callback == noon + Millis(5));
    CHECK(backlog.callbacks == 1);
    CHECK(backlog.deliveries == 0);
    CHECK(backlog.waiting_for_person == tx.counts().waiting_for_person);
    CHECK(backlog.waiting_for_person == 1);
  });
}

void broken_promises_come_out(const MakeLedger& make) {
  const auto ledger = make();
  CHECK_THROWS_AS(try_in(*ledger, [](auto& tx) { tx.recovery(RecoveryKey(1)); }), Bug);
  CHECK_THROWS_AS(try_in(*ledger, [](auto& tx) { tx.subscription(SubscriptionKey(1)); }), Bug);
  CHECK_THROWS_AS(try_in(*ledger, [](auto& tx) { tx.request(RecoveryKey(1)); }), Bug);
  // What belongs to nobody is refused by the store itself.
  CHECK_THROWS(try_in(*ledger, [](auto& tx) {
    tx.insert_recovery({SubscriptionKey(4711), plain_recovery("order"), "request"});
  }));
  CHECK_THROWS(try_in(*ledger, [](auto& tx) { tx.add_attempt(ports::Attempt{}); }));
  in(*ledger, [](auto& tx) { CHECK_FALSE(tx.recovery(OrderId("order")).has_value()); });
}

void work_that_throws_leaves_nothing(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [](auto& tx) { tx.set_meta("before", "1"); });
  const ports::LedgerWork torn = [](ports::LedgerTx& tx) {
    tx.set_meta("torn", "1");
    put(tx, "S", noon);
    throw std::runtime_error("halfway");
  };
  CHECK_THROWS_WITH_AS(try_in(*ledger, torn), "halfway", std::runtime_error);
  in(*ledger, [](auto& tx) {
    CHECK(tx.meta("before") == "1");
    CHECK_FALSE(tx.meta("torn").has_value());
    CHECK_FALSE(tx.subscription(SubscriptionId("S")).has_value());
  });
}

}  // namespace recycled::store::conformance
