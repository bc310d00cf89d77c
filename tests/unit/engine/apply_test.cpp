// One event, one transaction: decided on what is there when it is written.
#include "engine/apply.hpp"

#include "base/ensure.hpp"
#include "engine/tally.hpp"
#include "unit/engine/fixture.hpp"
#include "unit/engine/racing_tx.hpp"

namespace recycled::engine {
namespace {

using billing::RecoveryState;
using billing::SubscriptionStatus;

billing::Event answered(billing::Outcome outcome) {
  return billing::Answered{std::move(outcome), 1, ProviderOrderId("theirs")};
}

billing::Event learned(billing::News news) {
  return billing::Learned{news, billing::Source::callback, ProviderOrderId("theirs"), std::nullopt};
}

const Moment now{noon, 0.5, std::nullopt};

TEST_CASE("B4 L7 success: next cycle, back at its gateway, told once, in one transaction") {
  Bench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  Applied applied;
  bench.in([&](auto& tx) {
    applied = apply(tx, key, learned(billing::News::completed), bench.desk, now);
  });
  CHECK(applied.before.recovery.state == RecoveryState::waiting);
  CHECK(applied.after.state == RecoveryState::recovered);
  CHECK(applied.move == billing::Move::next_cycle);
  CHECK(bench.recovery(key) == applied.after);
  const auto stored = bench.subscription("S");
  CHECK(stored.subscription.cycle == 6);
  CHECK(stored.subscription.status == SubscriptionStatus::active);
  CHECK(stored.subscription.gateway == GatewayId("bank"));
  CHECK(stored.subscription.card.token == "token");
  CHECK(stored.subscription.next_bill_on == parse_date("2026-12-23"));
  CHECK_FALSE(stored.subscription.declined.has_value());
  // The same news again changes nothing, and leaves no trace in the audit.
  bench.in([&](auto& tx) {
    apply(tx, key, learned(billing::News::completed), bench.desk, now);
    const auto audit = tx.audit_of(stored.key);
    REQUIRE(audit.size() == 1);
    CHECK(audit[0].event == "recovery.recovered");
    CHECK(audit[0].before == "waiting");
    CHECK(audit[0].after == "recovered");
    CHECK(audit[0].recovery == key);
  });
  CHECK(bench.subscription("S").subscription.cycle == 6);
}

TEST_CASE("B5 failure: Recycle Failed, back at its gateway, with its reason") {
  Bench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  bench.in([&](auto& tx) { apply(tx, key, learned(billing::News::expired), bench.desk, now); });
  const auto stored = bench.subscription("S");
  CHECK(stored.subscription.status == SubscriptionStatus::recycle_failed);
  CHECK(stored.subscription.cycle == 5);
  CHECK(stored.subscription.gateway == GatewayId("bank"));
  CHECK(stored.fail_reason == "expired");
}

TEST_CASE("L12 apply: somebody was faster, and the decision is made anew on what is there") {
  Bench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::intended);
  int races = 0;
  Applied applied;
  bench.in([&](ports::LedgerTx& tx) {
    RacingTx racing(tx, [&](ports::LedgerTx& rival) {
      if (races++ > 0) return;
      apply(rival, key, learned(billing::News::completed), bench.desk, now);
    });
    applied = apply(racing, key, answered(billing::outcome::Declined{}), bench.desk, now);
  });
  // On the stale state this would have been Recycle Failed, over a customer who has paid.
  CHECK(applied.before.recovery.state == RecoveryState::recovered);
  CHECK(applied.after.state == RecoveryState::recovered);
  CHECK(applied.move == billing::Move::none);
  CHECK(applied.alarm == billing::Alarm::contradiction);
  CHECK(bench.recovery(key).state == RecoveryState::recovered);
  CHECK(bench.subscription("S").subscription.cycle == 6);
  CHECK(bench.subscription("S").subscription.status == SubscriptionStatus::active);
}

TEST_CASE("apply: a guard that fails for ever is a bug, and nothing is written") {
  Bench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::intended);
  int races = 0;
  const auto contested = [&](ports::LedgerTx& tx) {
    RacingTx racing(tx, [&](ports::LedgerTx& rival) {
      const auto before = rival.recovery(key).recovery;
      auto recovery = before;
      recovery.state = before.state == RecoveryState::intended ? RecoveryState::unknown
                                                               : RecoveryState::intended;
      CHECK(rival.update_recovery(key, before, recovery));
      ++races;
    });
    apply(racing, key, answered(billing::outcome::Pending{}), bench.desk, now);
  };
  CHECK_THROWS_AS((void)bench.ledger->write_now(contested), Bug);
  CHECK(races == 5);
  CHECK(bench.recovery(key).state == RecoveryState::intended);
}

TEST_CASE("L4 apply: a sync account is asked anew, with the next key's bytes in the ledger") {
  Bench bench;
  bench.rules.gateways[GatewayId("ff")].flexfactor->mit = billing::MitMode::sync;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::intended);
  const auto order = bench.recovery(key).order;
  bench.in([&](auto& tx) {
    apply(tx, key, answered(billing::outcome::Declined{}), bench.desk, now);
    CHECK(tx.request(key) == order.str() + " " + idempotency_key(order, 2).str());
  });
  CHECK(bench.recovery(key).sending == 2);
  CHECK(bench.recovery(key).state == RecoveryState::intended);
}

TEST_CASE("apply_release: what never left frees its cycle, what may have left does not") {
  Bench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::intended);
  bench.in([&](auto& tx) {
    const auto applied = apply_release(tx, key, bench.desk, now);
    CHECK(applied.after.state == RecoveryState::released);
    CHECK(applied.after.reason == billing::Reason::never_sent);
    CHECK(tx.due(noon + std::chrono::days(9), {}, 9).found.size() == 1);
  });
  const auto sent = bench.hand_over("S", RecoveryState::unknown);
  bench.in([&](auto& tx) {
    CHECK(apply_release(tx, sent, bench.desk, now).after.state == RecoveryState::unknown);
  });
  CHECK(bench.subscription("S").subscription.status == SubscriptionStatus::recycle_billing);
}

TEST_CASE("tell: one line for what changed, one more for an alarm") {
  Bench bench;
  bench.accept(declined("S"));
  const auto key = bench.hand_over("S", RecoveryState::waiting);
  bench.in([&](auto& tx) {
    tell(bench.events, apply(tx, key, learned(billing::News::completed), bench.desk, now));
    tell(bench.events, apply(tx, key, learned(billing::News::expired), bench.desk, now));
  });
  REQUIRE(bench.events.events.size() == 2);
  const ports::Event& recovered = bench.events.events[0];
  CHECK(recovered.name == ports::EventName::recovery_recovered);
  CHECK(recovered.subscription == "S");
  CHECK(recovered.order == bench.recovery(key).order.str());
  CHECK(recovered.gateway == "ff");
  CHECK(recovered.reattempt == 4);
  CHECK(recovered.amount->minor == 8995);
  CHECK(recovered.provider_order == "theirs");
  CHECK(bench.events.events[1].name == ports::EventName::recovery_alarm);
  CHECK(bench.events.events[1].reason == "contradiction");
}

TEST_CASE("tally: one line for people, and what was done between two looks") {
  Tally tally;
  CHECK(ports::to_text(tally) ==
        "scanned 0, taken 0, excluded 0, sent 0, pending 0, recovered 0, failed 0, parked 0, "
        "calls 0");
  tally.scanned = 12;
  tally.calls = 11;
  tally.answered = 10;
  tally.callbacks = 7;
  tally.held[billing::NotTaken::no_card] = 2;
  tally.put_off["card_cap"] = 1;
  ports::StoredRecovery claimed;
  claimed.recovery.amount = Money{8995, {}};
  tally.note_claim(claimed);
  ports::Attempt attempt;
  attempt.step = billing::Step::send;
  for (const char* outcome : {"pending", "unknown", "not_sent"}) {
    attempt.outcome = outcome;
    tally.note_sending(attempt);
  }
  attempt.step = billing::Step::inquire;
  tally.note_sending(attempt);
  const auto became = [&](RecoveryState before, RecoveryState after, Money amount) {
    Applied applied;
    applied.before.recovery.state = before;
    applied.after.state = after;
    applied.after.amount = amount;
    tally.note(applied);
  };
  became(RecoveryState::waiting, RecoveryState::recovered, Money{8995, {}});
  became(RecoveryState::waiting, RecoveryState::recovered, Money{5, {}});
  const ports::RunCounts before = tally;
  became(RecoveryState::intended, RecoveryState::recovered, Money{700, *Currency::parse("JPY")});
  became(RecoveryState::intended, RecoveryState::waiting, Money{1, {}});
  became(RecoveryState::waiting, RecoveryState::waiting, Money{1, {}});      // no change
  became(RecoveryState::recovered, RecoveryState::recovered, Money{1, {}});  // not twice
  Applied left;
  left.after.state = RecoveryState::recovered;
  left.after.refund_due = true;
  left.after.amount = Money{400, {}};
  tally.note(left);
  CHECK(ports::to_text(tally) ==
        "scanned 12, taken 1 (USD 89.95), excluded 3 (card_cap 1, no_card 2), sent 2, pending 1, "
        "recovered 3 (JPY 700, USD 90.00), failed 0, refund due 1, parked 0, calls 11, "
        "unanswered 1, callbacks 7");
  CHECK(ports::to_text(ports::since(tally, before)) ==
        "scanned 0, taken 0, excluded 0, sent 0, pending 1, recovered 1 (JPY 700), failed 0, "
        "refund due 1, parked 0, calls 0");
  CHECK(ports::since(tally, tally) == ports::RunCounts());
}

}  // namespace
}  // namespace recycled::engine
