// What an import may change, and what it may not: operations.md "Import formats", last paragraph.
#include "engine/accept.hpp"

#include "unit/engine/fixture.hpp"

namespace recycled::engine {
namespace {

using billing::Reason;
using billing::RecoveryState;
using billing::SubscriptionStatus;

billing::Subscription left(const std::string& id, SubscriptionStatus how, int cycle = 5) {
  auto row = declined(id);
  row.status = how;
  row.cycle = cycle;
  return row;
}

TEST_CASE("accept: inserted, unchanged, updated") {
  Bench bench;
  CHECK(bench.accept(declined("S")) == Accepted::inserted);
  CHECK(bench.subscription("S").plan.due_at == *parse_instant("2026-11-26T05:00:00Z"));
  bench.clock.at += std::chrono::hours(1);
  CHECK(bench.accept(declined("S")) == Accepted::unchanged);
  CHECK(bench.subscription("S").changed_at == noon);
  auto row = declined("S");
  row.payer.email = "new@example.com";
  CHECK(bench.accept(row) == Accepted::updated);
  CHECK(bench.subscription("S").subscription == row);
  CHECK(bench.subscription("S").changed_at == noon + std::chrono::hours(1));
  row.cycle = 6;
  CHECK(bench.accept(row) == Accepted::updated);
  CHECK(bench.subscription("S").subscription.cycle == 6);
}

TEST_CASE("accept: the same row under other rules gets another plan") {
  Bench bench;
  bench.accept(declined("S"));
  bench.rules.profiles[0].reattempts[4].days = 5;
  CHECK(bench.accept(declined("S")) == Accepted::updated);
  CHECK(bench.subscription("S").plan.due_at == *parse_instant("2026-11-28T05:00:00Z"));
}

TEST_CASE("accept: the ledger is ahead, and the row changes nothing") {
  const auto superseded = [](Bench& bench, const billing::Subscription& row) {
    const auto before = bench.subscription("S");
    CHECK(bench.accept(row) == Accepted::superseded);
    const auto after = bench.subscription("S");
    CHECK(after.subscription == before.subscription);
    CHECK(after.plan == before.plan);
    CHECK(after.changed_at == before.changed_at);
  };
  auto row = declined("S");
  row.payer.email = "new@example.com";
  for (int index = 0; index <= static_cast<int>(RecoveryState::released); ++index) {
    const auto state = static_cast<RecoveryState>(index);
    CAPTURE(to_text(state));
    Bench bench;
    bench.accept(declined("S"));
    bench.hand_over("S", state);
    auto next = row;
    next.cycle = 6;
    if (state == RecoveryState::released) {
      CHECK(bench.accept(row) == Accepted::updated);  // it never left: the cycle is free
      continue;
    }
    superseded(bench, row);
    // A later cycle is news once FlexFactor does not hold this one; what waits for a person does
    // not hold up the subscription for ever.
    const bool is_held = is_live(state) && state != RecoveryState::parked;
    if (is_held) superseded(bench, next);
    if (!is_held) CHECK(bench.accept(next) == Accepted::updated);
  }
  Bench bench;
  bench.accept(declined("S"));
  auto older = row;
  older.cycle = 4;
  superseded(bench, older);
}

TEST_CASE("L10 accept: who leaves while FlexFactor has it is withdrawn") {
  for (const auto how : {SubscriptionStatus::cancelled, SubscriptionStatus::paused}) {
    for (const auto state : {RecoveryState::intended, RecoveryState::unknown,
                             RecoveryState::waiting, RecoveryState::grace, RecoveryState::parked}) {
      CAPTURE(to_text(how));
      CAPTURE(to_text(state));
      Bench bench;
      bench.accept(declined("S"));
      const auto key = bench.hand_over("S", state);
      auto row = left("S", how);
      row.payer.email = "new@example.com";
      CHECK(bench.accept(row) == Accepted::withdrawing);
      const auto stored = bench.subscription("S");
      CHECK(stored.subscription.status == how);
      CHECK(stored.subscription.payer.email.empty());  // only the wish counts
      CHECK(stored.plan == ports::Plan{});
      const auto recovery = bench.recovery(key);
      CHECK(recovery.state == RecoveryState::withdrawing);
      CHECK(recovery.reason == (how == SubscriptionStatus::cancelled ? Reason::customer_cancelled
                                                                     : Reason::customer_paused));
      CHECK(recovery.step == billing::Step::external_cancel);
      CHECK(recovery.next_at == noon);
      bench.in([&](auto& tx) {
        const auto audit = tx.audit_of(stored.key);
        REQUIRE(audit.size() == 1);
        CHECK(audit[0].before == to_text(state));
        CHECK(audit[0].after == "withdrawing");
      });
      // The same file again says nothing new.
      bench.clock.at += std::chrono::hours(1);
      CHECK(bench.accept(row) == Accepted::superseded);
      CHECK(bench.recovery(key) == recovery);
    }
  }
}

TEST_CASE("L10 accept: a departure counts whatever else its row says") {
  Bench bench;
  bench.accept(declined("S"));
  SUBCASE("an older cycle, nothing open") {
    CHECK(bench.accept(left("S", SubscriptionStatus::cancelled, 4)) == Accepted::updated);
    const auto stored = bench.subscription("S");
    CHECK(stored.subscription.status == SubscriptionStatus::cancelled);
    CHECK(stored.subscription.cycle == 5);
    CHECK(stored.plan == ports::Plan{});
    CHECK(bench.accept(left("S", SubscriptionStatus::cancelled, 4)) == Accepted::superseded);
  }
  SUBCASE("an older cycle, an open recovery") {
    const auto key = bench.hand_over("S", RecoveryState::waiting);
    CHECK(bench.accept(left("S", SubscriptionStatus::paused, 4)) == Accepted::withdrawing);
    CHECK(bench.recovery(key).state == RecoveryState::withdrawing);
  }
  SUBCASE("the same cycle, nothing open") {
    CHECK(bench.accept(left("S", SubscriptionStatus::cancelled)) == Accepted::updated);
    const auto plan = bench.subscription("S").plan;
    REQUIRE(plan.refusal.has_value());
    CHECK(plan.refusal->reason == billing::NotTaken::cancelled);
  }
  SUBCASE("after the recovery failed") {
    const auto key = bench.hand_over("S", RecoveryState::failed, Reason::expired);
    CHECK(bench.accept(left("S", SubscriptionStatus::cancelled)) == Accepted::updated);
    CHECK(bench.recovery(key).state == RecoveryState::failed);
  }
  SUBCASE("a later wish replaces the earlier") {
    const auto key = bench.hand_over("S", RecoveryState::waiting);
    CHECK(bench.accept(left("S", SubscriptionStatus::paused)) == Accepted::withdrawing);
    CHECK(bench.accept(left("S", SubscriptionStatus::cancelled)) == Accepted::withdrawing);
    CHECK(bench.recovery(key).reason == Reason::customer_cancelled);
  }
}

TEST_CASE("accept: a pause that has ended and a restart after Recycle Failed count") {
  const auto is_now = [](SubscriptionStatus was, RecoveryState over, SubscriptionStatus says) {
    Bench bench;
    bench.accept(declined("S"));
    bench.hand_over("S", over);
    const auto key = bench.subscription("S").key;
    bench.in([&](auto& tx) { tx.set_status(key, was, noon); });
    auto row = declined("S");
    row.status = says;
    row.payer.email = "new@example.com";
    const Accepted accepted = bench.accept(row);
    const auto after = bench.subscription("S").subscription;
    CHECK((accepted == Accepted::updated) == (after.status != was));
    CHECK(after.payer.email.empty());  // only the status counts
    // B6: the cycle is not handed over again.
    bench.in([&](auto& tx) { CHECK(tx.due(noon + std::chrono::days(30), {}, 9).found.empty()); });
    return after.status;
  };
  using enum SubscriptionStatus;
  CHECK(is_now(paused, RecoveryState::withdrawn, recycle_billing) == paused);
  CHECK(is_now(paused, RecoveryState::withdrawn, active) == active);
  CHECK(is_now(paused, RecoveryState::withdrawing, active) == paused);
  CHECK(is_now(recycle_failed, RecoveryState::failed, active) == active);
  CHECK(is_now(recycle_failed, RecoveryState::failed, recycle_billing) == recycle_failed);
  CHECK(is_now(cancelled, RecoveryState::withdrawn, active) == cancelled);
}

TEST_CASE("accept: the words of its results") {
  CHECK(to_text(Accepted::inserted) == "inserted");
  CHECK(to_text(Accepted::updated) == "updated");
  CHECK(to_text(Accepted::unchanged) == "unchanged");
  CHECK(to_text(Accepted::superseded) == "superseded");
  CHECK(to_text(Accepted::withdrawing) == "withdrawing");
}

async::Task<void> keep_batch(const Context& context, std::vector<billing::Subscription> rows,
                             AcceptedBatch& into) {
  auto batch = co_await accept_batch(context, std::move(rows));
  REQUIRE(batch.has_value());
  into = std::move(*batch);
}

AcceptedBatch accept_all(Bench& bench, std::vector<billing::Subscription> rows) {
  AcceptedBatch batch;
  bench.run(keep_batch(bench.context, std::move(rows), batch));
  return batch;
}

TEST_CASE("accept: a batch says of each row what became of it, and whether anything is due by it") {
  Bench bench;
  const auto late = declined("late", noon - std::chrono::days(3));  // due since this morning
  const auto early = declined("early");
  const auto first = accept_all(bench, {early, early});
  CHECK(first.results == std::vector{Accepted::inserted, Accepted::unchanged});
  CHECK_FALSE(first.work_is_due);
  const auto second = accept_all(bench, {early, late});
  CHECK(second.results == std::vector{Accepted::unchanged, Accepted::inserted});
  CHECK(second.work_is_due);
  CHECK_FALSE(accept_all(bench, {late}).work_is_due);  // a repeat is no news
  CHECK(accept_all(bench, {}).results.empty());
  bench.hand_over("late", RecoveryState::waiting);
  const auto gone = accept_all(bench, {left("late", SubscriptionStatus::cancelled)});
  CHECK(gone.results == std::vector{Accepted::withdrawing});
  CHECK(gone.work_is_due);
}

}  // namespace
}  // namespace recycled::engine
