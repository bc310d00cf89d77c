// The conformance suite's part about the kill switch.
#include "unit/store/conformance.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store::conformance {
namespace {

using billing::RecoveryState;
using ports::Pause;
using ports::PauseWord;

const GatewayId ff("ff");

std::string orders_of(const std::vector<ports::StoredRecovery>& rows) {
  std::string orders;
  for (const auto& row : rows) orders += row.recovery.order.str() + " ";
  return orders;
}

}  // namespace

void keeps_pauses(const MakeLedger& make) {
  const auto ledger = make();
  const Pause all{noon, PauseWord::paused, GatewayId(), "alice", "why \xc3\xa4"};
  const Pause one{noon + Millis(1), PauseWord::paused, ff, "bob", ""};
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.pauses().empty());
    tx.add_pause(one);
    tx.add_pause(all);
    CHECK(tx.pauses() == std::vector{all, one});
    tx.add_pause({noon + Millis(2), PauseWord::resumed, GatewayId(), "carol", ""});
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.pauses() == std::vector{one});
    const Pause later{noon + Millis(3), PauseWord::paused, GatewayId(), "dave",
                      "card 4111111111111111"};
    tx.add_pause(later);
    REQUIRE(tx.pauses().size() == 2);
    CHECK(tx.pauses()[0].at == later.at);
    CHECK(tx.pauses()[0].reason.find("4111111111111111") == std::string::npos);  // X4
    tx.add_pause({noon + Millis(4), PauseWord::resumed, ff, "bob", ""});
    CHECK(tx.pauses().size() == 1);
  });
}

void keeps_recent_results(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.recent_results(ff).empty());
    tx.set_recent_results(ff, "rfx");
    tx.set_recent_results(GatewayId("another"), "r");
    tx.set_recent_results(ff, "fx");
    CHECK(tx.recent_results(ff) == "fx");
    CHECK(tx.recent_results(GatewayId("another")) == "r");
  });
  // What the breaker has paused waits for a person - what a person has paused does not.
  in(*ledger, [&](ports::LedgerTx& tx) {
    tx.add_pause({noon, PauseWord::paused, GatewayId(), "alice", ""});
    CHECK(tx.backlog().waiting_for_person == 0);
    tx.add_pause({noon, PauseWord::paused, ff, "the breaker", ""});
    CHECK(tx.backlog().waiting_for_person == 1);
    CHECK(tx.counts().waiting_for_person == 1);
    tx.add_pause({noon, PauseWord::resumed, ff, "alice", ""});
    CHECK(tx.backlog().waiting_for_person == 0);
  });
}

void a_pause_holds_what_has_not_left(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto add = [&](const std::string& order, auto change) {
      auto recovery = plain_recovery(order);
      change(recovery);
      put_recovery(tx, put(tx, order), recovery);
    };
    add("fresh", [](auto&) {});
    add("asked anew", [](auto& recovery) {  // a sync account's, under its next key
      recovery.left = true;
      recovery.sending = 2;
    });
    add("in doubt", [](auto& recovery) { recovery.state = RecoveryState::unknown; });
    add("waiting", [](auto& recovery) {
      recovery.state = RecoveryState::waiting;
      recovery.step = billing::Step::inquire;
    });
    add("leaving", [](auto& recovery) {
      recovery.state = RecoveryState::withdrawing;
      recovery.step = billing::Step::external_cancel;
    });
    add("past its end", [](auto& recovery) {
      recovery.claimed_at = noon - Millis(2);
      recovery.expires_at = noon - Millis(1);
    });
    add("later", [](auto& recovery) { recovery.next_at = noon + Millis(1); });
  });
  in(*ledger, [](ports::LedgerTx& tx) {
    CHECK(orders_of(tx.steps_due(ff, noon, 9)) ==
          "fresh asked anew in doubt waiting leaving past its end ");
    using ports::Holding;
    CHECK(orders_of(tx.steps_due_in_pause(ff, Holding::unsent, noon, 9)) ==
          "in doubt waiting leaving past its end ");
    CHECK(orders_of(tx.steps_due_in_pause(ff, Holding::all_but_inquiries, noon, 9)) == "waiting ");
    // What is held takes no place of what is not.
    CHECK(orders_of(tx.steps_due_in_pause(ff, Holding::unsent, noon, 2)) == "in doubt waiting ");
    CHECK(tx.steps_due_in_pause(GatewayId("another"), Holding::unsent, noon, 9).empty());
  });
}

}  // namespace recycled::store::conformance
