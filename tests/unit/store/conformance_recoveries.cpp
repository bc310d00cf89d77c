// The conformance suite's part about recoveries: kept whole, one live at a time, ends final.
#include "base/ensure.hpp"
#include "unit/store/conformance.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store::conformance {
namespace {

using billing::RecoveryState;

std::string orders_of(const std::vector<ports::StoredRecovery>& rows) {
  std::string orders;
  for (const auto& row : rows) orders += row.recovery.order.str() + " ";
  return orders;
}

std::vector<RecoveryState> all_states() {
  std::vector<RecoveryState> states;
  for (int index = 0; index <= static_cast<int>(RecoveryState::released); ++index) {
    states.push_back(static_cast<RecoveryState>(index));
  }
  return states;
}

void check_same(const ports::StoredRecovery& stored, const billing::Recovery& recovery) {
  CHECK(stored.recovery == recovery);
  CHECK(stored.subscription == SubscriptionId("S"));
}

}  // namespace

void keeps_every_field_of_a_recovery(const MakeLedger& make) {
  const auto ledger = make();
  const auto full = full_recovery("full");
  auto plain = plain_recovery("plain");
  RecoveryKey key;
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto subscription = put(tx, "S");
    key = put_recovery(tx, subscription, plain);
    put_recovery(tx, subscription, full);
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    check_same(tx.recovery(key), plain);
    const auto by_order = tx.recovery(OrderId("full"));
    REQUIRE(by_order.has_value());
    check_same(*by_order, full);
    CHECK((by_order->subject == ports::Subject(tx.subscription(SubscriptionId("S"))->key)));
    const auto by_provider = tx.recovery_by_provider(ProviderOrderId("provider order"));
    REQUIRE(by_provider.has_value());
    check_same(*by_provider, full);
    CHECK_FALSE(tx.recovery(OrderId("nobody's")).has_value());
    CHECK_FALSE(tx.recovery_by_provider(ProviderOrderId("nobody's")).has_value());
    CHECK(orders_of(tx.recoveries_of(by_order->subject)) == "plain full ");
    CHECK(tx.request(key) == "request of plain");
    tx.replace_request(key, std::string("{\"bytes\":\"\xc3\xa4\"}"));
    CHECK(tx.request(key) == "{\"bytes\":\"\xc3\xa4\"}");
    CHECK(tx.request(by_order->key) == "request of full");
    const std::vector<std::string> both{"request of full", "{\"bytes\":\"\xc3\xa4\"}"};
    CHECK(tx.requests({by_order->key, key}) == both);
    CHECK(tx.requests({}).empty());
    // With how its subscription stands by now, and not by the claim.
    const auto subscription = tx.subscription(SubscriptionId("S"));
    CHECK(by_order->standing.cycle == subscription->subscription.cycle);
    tx.set_status(subscription->key, billing::SubscriptionStatus::paused, noon);
    const auto status = tx.recovery(key).standing.status;
    CHECK(std::get<billing::SubscriptionStatus>(status) == billing::SubscriptionStatus::paused);
  });
  // An update carries the same fields, all but those the claim has fixed.
  auto moved = full_recovery("plain");
  moved.refund_due = true;
  moved.refunded = true;
  moved.cycle = plain.cycle;
  moved.round = plain.round;
  moved.reattempt = plain.reattempt;
  moved.amount = plain.amount;
  moved.claimed_at = plain.claimed_at;
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.update_recovery(key, plain, moved));
    check_same(tx.recovery(key), moved);
  });
}

void one_live_recovery_a_cycle(const MakeLedger& make) {
  const auto ledger = make();
  for (const RecoveryState state : all_states()) {
    CAPTURE(to_text(state));
    const std::string name(to_text(state));
    in(*ledger, [&](ports::LedgerTx& tx) {
      const auto key = put(tx, name);
      const auto first = put_recovery(tx, key, in_state(plain_recovery(name + "1"), state));
      // Another order id is refused while the first lives, and only then.
      const auto second = tx.insert_recovery({key, plain_recovery(name + "2"), "second"});
      CHECK(second.has_value() == !is_live(state));
      // The order id of the first never comes again, whatever became of it.
      CHECK_FALSE(tx.insert_recovery({key, plain_recovery(name + "1"), "again"}).has_value());
      CHECK(tx.request(first) == "request of " + name + "1");
      CHECK(tx.recoveries_of(key).size() == (is_live(state) ? 1 : 2));
      // Neither does another cycle stand in its way.
      CHECK(tx.insert_recovery({key, plain_recovery(name + "3", 6), "third"}).has_value());
    });
  }
}

void updates_are_guarded(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto intended = plain_recovery("order");
    const auto key = put_recovery(tx, put(tx, "S"), intended);
    const auto waiting = in_state(intended, RecoveryState::waiting);
    for (const RecoveryState wrong : all_states()) {
      if (wrong == RecoveryState::intended) continue;
      CHECK_FALSE(tx.update_recovery(key, in_state(intended, wrong), waiting));
      CHECK(tx.recovery(key).recovery == intended);
    }
    CHECK(tx.update_recovery(key, intended, waiting));
    CHECK(tx.recovery(key).recovery == waiting);
    CHECK_FALSE(tx.update_recovery(key, intended, intended));
    CHECK(tx.recovery(key).recovery == waiting);
    CHECK_FALSE(tx.update_recovery(RecoveryKey(4711), intended, waiting));
  });
}

void ends_are_final(const MakeLedger& make) {
  const auto ledger = make();
  for (const RecoveryState from : all_states()) {
    for (const RecoveryState to : all_states()) {
      const std::string name = std::string(to_text(from)) + " to " + std::string(to_text(to));
      CAPTURE(name);
      const bool late = to == RecoveryState::recovered || to == RecoveryState::parked;
      const bool allowed =
          is_live(from) || from == to || (from != RecoveryState::recovered && late);
      RecoveryKey key;
      in(*ledger, [&](ports::LedgerTx& tx) {
        key = put_recovery(tx, put(tx, name), in_state(plain_recovery(name), from));
      });
      bool moved = false;
      const auto move = [&](ports::LedgerTx& tx) {
        moved = tx.update_recovery(key, in_state(plain_recovery(name), from),
                                   in_state(plain_recovery(name), to));
      };
      if (allowed) {
        in(*ledger, move);
        CHECK(moved);
      } else {
        CHECK_THROWS(try_in(*ledger, move));
      }
      in(*ledger, [&](ports::LedgerTx& tx) {
        CHECK(tx.recovery(key).recovery.state == (allowed ? to : from));
      });
    }
  }
}

void walks_steps_due(const MakeLedger& make) {
  const auto ledger = make();
  const auto at = [](const std::string& order, Millis offset) {
    auto recovery = plain_recovery(order);
    recovery.next_at = noon + offset;
    return recovery;
  };
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK_FALSE(tx.next_step().has_value());
    put_recovery(tx, put(tx, "S1"), at("late", Millis(9)));
    for (const char* order : {"a", "b", "c", "d", "e"}) {
      put_recovery(tx, put(tx, order), at(order, Millis(0)));
    }
    put_recovery(tx, put(tx, "S2"), at("first", Millis(-1)));
    put_recovery(tx, put(tx, "S3"),
                 in_state(plain_recovery("nothing to do"), RecoveryState::parked));
  });
  const GatewayId ff = plain_recovery("x").provider_gateway;
  in(*ledger, [&](ports::LedgerTx& tx) {
    auto elsewhere = at("elsewhere", Millis(-5));
    elsewhere.provider_gateway = GatewayId("another");
    put_recovery(tx, put(tx, "S4"), elsewhere);
    CHECK(tx.next_step() == noon - Millis(5));
    CHECK(tx.gateways_at_work() == std::vector{GatewayId("another"), ff});
    CHECK(tx.next_step_after(ff, noon - Millis(9)) == noon - Millis(1));
    CHECK(tx.next_step_after(ff, noon - Millis(1)) == noon);
    CHECK(tx.next_step_after(ff, noon) == noon + Millis(9));
    CHECK_FALSE(tx.next_step_after(ff, noon + Millis(9)).has_value());
    CHECK_FALSE(tx.next_step_after(GatewayId("nobody's"), noon - Millis(9)).has_value());
    CHECK(tx.steps_due(ff, noon - Millis(2), 9).empty());
    CHECK(orders_of(tx.steps_due(ff, noon + Millis(9), 9)) == "first a b c d e late ");
    const auto three = tx.steps_due(ff, noon, 3);
    CHECK(orders_of(three) == "first a b ");
    const std::vector held{three[0].key, three[2].key};
    CHECK(tx.hold_calls(held) == held);
    CHECK(orders_of(tx.steps_due(ff, noon, 3)) == "a c d ");
    CHECK(tx.hold_calls({three[1].key, three[2].key}) == std::vector{three[1].key});
    CHECK(tx.take_over_calls(9).empty());  // whoever holds them is here
    tx.let_go(three[0].key);
    CHECK(orders_of(tx.steps_due(ff, noon, 3)) == "first c d ");
    CHECK(orders_of(tx.steps_due(GatewayId("another"), noon, 9)) == "elsewhere ");
  });
}

void makes_inquiries_due(const MakeLedger& make) {
  const auto ledger = make();
  const Instant later = noon + std::chrono::hours(20);
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto waiting = [&](const std::string& order, RecoveryState state, billing::Step step) {
      auto recovery = in_state(plain_recovery(order), state);
      recovery.step = step;
      recovery.next_at = later;
      recovery.provider_order = ProviderOrderId("theirs-" + order);
      return put_recovery(tx, put(tx, order), recovery);
    };
    waiting("a", RecoveryState::waiting, billing::Step::inquire);
    const auto asked = waiting("asked", RecoveryState::waiting, billing::Step::inquire);
    waiting("b", RecoveryState::grace, billing::Step::inquire);
    waiting("leaving", RecoveryState::withdrawing, billing::Step::cancel);
    ports::Attempt attempt;
    attempt.recovery = asked;
    attempt.started_at = noon - Millis(10);
    attempt.step = billing::Step::inquire;
    tx.add_attempt(attempt);
    std::optional<RecoveryKey> after = RecoveryKey();
    int pages = 0;
    for (; after; ++pages) after = tx.make_inquiries_due(noon, noon - Millis(20), *after, 2);
    CHECK(pages == 3);  // two rows, one row, none
    const GatewayId ff = plain_recovery("x").provider_gateway;
    CHECK(orders_of(tx.steps_due(ff, noon, 9)) == "a b ");  // asked about since: not again
    CHECK(orders_of(tx.steps_due(ff, later, 9)) == "a b asked leaving ");
  });
}

void counts_the_claims_of_a_card(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto claim = [&](const std::string& order, const char* card, Millis ago,
                           RecoveryState state) {
      auto recovery = in_state(plain_recovery(order), state);
      recovery.return_card = card;
      recovery.claimed_at = noon - ago;
      put_recovery(tx, put(tx, order), recovery);
    };
    claim("new", "card-1", Millis(5), RecoveryState::intended);
    claim("old", "card-1", Millis(9), RecoveryState::failed);
    claim("too old", "card-1", Millis(11), RecoveryState::recovered);
    claim("never left", "card-1", Millis(6), RecoveryState::released);
    claim("another's", "card-2", Millis(7), RecoveryState::waiting);
    const auto claims = tx.claims_of_card("card-1", noon - Millis(10));
    CHECK(claims == std::vector{noon - Millis(9), noon - Millis(5)});
  });
}

void sums_what_was_handed_over(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.handed_over_since(from_millis(0)) == billing::HandedOver{});
    const auto claim = [&](const std::string& order, Millis after, const char* currency,
                           RecoveryState state) {
      auto recovery = in_state(plain_recovery(order), state);
      recovery.claimed_at = noon + after;
      recovery.amount = {100, *Currency::parse(currency)};
      put_recovery(tx, put(tx, order), recovery);
    };
    claim("before", Millis(-1), "USD", RecoveryState::waiting);
    claim("before, and queued", Millis(-2), "USD", RecoveryState::intended);
    claim("first", Millis(0), "USD", RecoveryState::intended);
    claim("second", Millis(7), "USD", RecoveryState::failed);
    claim("in yen", Millis(5), "JPY", RecoveryState::recovered);
    claim("never left", Millis(6), "USD", RecoveryState::released);
    billing::HandedOver expected;
    expected.count = 5;
    expected.minor = {{*Currency::parse("USD"), 400}, {*Currency::parse("JPY"), 100}};
    CHECK(tx.handed_over_since(noon) == expected);
    auto cascade = in_state(plain_recovery("a cascade"), RecoveryState::intended);
    cascade.kind = billing::RecoveryKind::cascade;
    cascade.reattempt = 0;
    cascade.claimed_at = noon;
    billing::Sale sale;
    sale.id = SaleId("O");
    sale.gateway = GatewayId("bank");
    sale.amount.minor = 100;
    sale.status = billing::SaleStatus::partial;
    REQUIRE(tx.insert_recovery({tx.put_sale(sale, noon), cascade, "bytes"}).has_value());
    CHECK(tx.handed_over_since(noon) == expected);
  });
}

void pages_a_state(const MakeLedger& make) {
  const auto ledger = make();
  in(*ledger, [&](ports::LedgerTx& tx) {
    for (const char* order : {"a", "b", "c"}) {
      put_recovery(tx, put(tx, order), in_state(plain_recovery(order), RecoveryState::grace));
    }
    put_recovery(tx, put(tx, "d"), plain_recovery("d"));
    auto page = tx.in_state(RecoveryState::grace, {}, 2);
    CHECK(orders_of(page) == "a b ");
    page = tx.in_state(RecoveryState::grace, page.back().key, 2);
    CHECK(orders_of(page) == "c ");
    CHECK(tx.in_state(RecoveryState::grace, page.back().key, 2).empty());
  });
}

void keeps_the_decline_of_a_claim(const MakeLedger& make) {
  const auto ledger = make();
  const auto said = [](ports::LedgerTx& tx, const char* code, const char* message) {
    auto subscription = plain_subscription("S");
    subscription.declined->code = code;
    subscription.declined->message = message;
    return tx.put_subscription(subscription, ports::Plan{}, noon);
  };
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto key = said(tx, "51", "Insufficient funds");
    auto recovery = in_state(plain_recovery("first", 5), RecoveryState::failed);
    put_recovery(tx, key, recovery);
    said(tx, "05", "Do not honour");  // an import has brought the next cycle's decline
    recovery = plain_recovery("second", 6);
    recovery.claimed_at = noon + Millis(1);
    put_recovery(tx, key, recovery);
    billing::Sale sale;
    sale.id = SaleId("O");
    sale.declined = billing::Declined{noon, 0, noon, "61", "Limit", std::nullopt, "", ""};
    recovery = plain_recovery("third", 1);
    recovery.kind = billing::RecoveryKind::rerun;
    recovery.reattempt = 0;
    recovery.claimed_at = noon + Millis(2);
    REQUIRE(tx.insert_recovery({tx.put_sale(sale, noon), recovery, "request"}).has_value());
  });
  in(*ledger, [&](ports::LedgerTx& tx) {
    const auto all = tx.claimed(noon, noon + Millis(3), {}, 9);
    REQUIRE(all.size() == 3);
    CHECK(all[0].decline_code + " " + all[0].decline_message == "51 Insufficient funds");
    CHECK(all[1].decline_code + " " + all[1].decline_message == "05 Do not honour");
    CHECK(all[2].decline_code + " " + all[2].decline_message == "61 Limit");
    CHECK(all[1].stored.recovery == tx.recovery(OrderId("second"))->recovery);
    CHECK(all[2].stored.sale == SaleId("O"));
    const auto orders = [&](Millis from, Millis to, RecoveryKey after, int limit) {
      std::string text;
      for (const auto& row : tx.claimed(noon + from, noon + to, after, limit)) {
        text += row.stored.recovery.order.str() + " ";
      }
      return text;
    };
    CHECK(orders(Millis(1), Millis(2), {}, 9) == "second ");  // from it on, and before the end
    CHECK(orders(Millis(0), Millis(9), {}, 2) == "first second ");
    CHECK(orders(Millis(0), Millis(9), all[1].stored.key, 2) == "third ");
    CHECK(orders(Millis(3), Millis(9), {}, 9).empty());
  });
}

}  // namespace recycled::store::conformance
