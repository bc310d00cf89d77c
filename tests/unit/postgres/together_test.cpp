// Two that write to one ledger at one time: what each goes by holds until it has committed.
#include <barrier>
#include <exception>
#include <set>
#include <thread>

#include "support/usual.hpp"
#include "unit/postgres/fixture.hpp"

namespace recycled::store {
namespace {

constexpr int times = 60;

// The same in two processes at one time, so many times each.
struct Pair {
  Pair() : url(url_of(make_database())), first(open_ledger(url)), second(open_ledger(url)) {}

  using Act = std::function<void(ports::LedgerTx&, int number)>;
  void both(const Act& act) {
    std::exception_ptr failed;
    std::thread other([&] {
      try {
        many(*second, act, times);
      } catch (...) {
        failed = std::current_exception();
      }
    });
    many(*first, act, 0);
    other.join();
    if (failed) std::rethrow_exception(failed);
  }
  static void many(PostgresLedger& ledger, const Act& act, int from) {
    for (int number = from; number < from + times; ++number) {
      const auto done = try_in(ledger, [&](ports::LedgerTx& tx) { act(tx, number); });
      if (!done) throw std::runtime_error(done.error().message);
    }
  }

  const std::string url;
  const std::unique_ptr<PostgresLedger> first;
  const std::unique_ptr<PostgresLedger> second;
};

ports::AuditRow counted(SubscriptionKey of) {
  ports::AuditRow row;
  row.at = noon;
  row.subject = of;
  row.event = "counted";
  return row;
}

TEST_CASE("what is read to be changed stays as it was read") {
  Pair pair;
  in(*pair.first, [](auto& tx) {
    put(tx, "S");
    tx.put_sale(testing::declined_sale("O", noon, "card"), noon);
  });
  const auto price = [](ports::LedgerTx& tx) {
    return tx.subscription(SubscriptionId("S"))->subscription.price.minor;
  };
  const auto amount = [](ports::LedgerTx& tx) { return tx.sale(SaleId("O"))->sale.amount.minor; };
  std::int64_t price_before = 0;
  std::int64_t amount_before = 0;
  in(*pair.first, [&](auto& tx) {
    price_before = price(tx);
    amount_before = amount(tx);
  });
  pair.both([&](ports::LedgerTx& tx, int) {
    auto stored = *tx.subscription(SubscriptionId("S"));
    stored.subscription.price.minor += 1;
    tx.put_subscription(stored.subscription, stored.plan, noon);
    auto sale = *tx.sale(SaleId("O"));
    sale.sale.amount.minor += 1;
    tx.put_sale(sale.sale, noon);
  });
  in(*pair.first, [&](auto& tx) {
    CHECK(price(tx) == price_before + 2 * times);
    CHECK(amount(tx) == amount_before + 2 * times);
  });
}

TEST_CASE(
    "L10: a recovery that is read to be decided upon stays as it was read, by whatever name") {
  Pair pair;
  RecoveryKey key;
  in(*pair.first, [&](auto& tx) {
    auto recovery = in_state(plain_recovery("o"), billing::RecoveryState::waiting);
    recovery.provider_order = ProviderOrderId("theirs");
    key = put_recovery(tx, put(tx, "S"), recovery);
  });
  pair.both([&](ports::LedgerTx& tx, int number) {
    const auto stored = number % 3 == 0   ? tx.recovery(key)
                        : number % 3 == 1 ? *tx.recovery(OrderId("o"))
                                          : *tx.recovery_by_provider(ProviderOrderId("theirs"));
    auto asked = stored.recovery;
    asked.inquiries += 1;
    if (!tx.update_recovery(key, stored.recovery, asked)) throw std::runtime_error("it was not");
  });
  in(*pair.first, [&](auto& tx) { CHECK(tx.recovery(key).recovery.inquiries == 2 * times); });
}

TEST_CASE("what was claimed for a card and for a day is counted by one at a time") {
  Pair pair;
  std::mutex mutex;
  std::set<std::size_t> of_card;
  std::set<std::int64_t> of_day;
  pair.both([&](ports::LedgerTx& tx, int number) {
    const auto day = tx.handed_over_since(noon).count;
    const auto card = tx.claims_of_card("one card", noon).size();
    const std::string name = "o" + std::to_string(number);
    auto recovery = plain_recovery(name);
    recovery.return_card = "one card";
    put_recovery(tx, put(tx, name), recovery);
    const std::lock_guard lock(mutex);
    of_day.insert(day);
    of_card.insert(card);
  });
  CHECK(of_day.size() == 2 * times);  // nobody saw what another had seen
  CHECK(of_card.size() == 2 * times);
}

TEST_CASE("L20 audit rows are one chain, and no event is passed over by who reads them by key") {
  Pair pair;
  pair.both([](ports::LedgerTx& tx, int number) {
    const auto key = put(tx, "S" + std::to_string(number));
    ports::OutboxRow event;
    event.at = noon;
    event.type = "subscription.recovered";
    event.subject = key;
    tx.add_outbox(event);
    tx.add_audit(counted(key));
    tx.queue_deliveries(ports::Sink::webhook, noon, 1000);  // its own and all that are committed
  });
  const auto read = inspect_postgres_ledger(pair.url, [](ports::LedgerInspector& inspector) {
    std::string last = ports::origin_of_chain(InstallationId(""));
    std::int64_t rows = 0;
    inspector.each_audit([&](const ports::ChainedRow& row) {
      CHECK(row.key == ++rows);
      CHECK(ports::link_after(last, row) == row.hash);
      last = row.hash;
    });
    CHECK(rows == 2 * times);
  });
  CHECK(read.has_value());
  in(*pair.first, [](auto& tx) {
    CHECK(tx.queue_deliveries(ports::Sink::webhook, noon, 1000) == 0);
    CHECK(tx.counts().deliveries[ports::DeliveryState::waiting] == 2 * times);
  });
}

TEST_CASE("what is due is as it is now, though it was otherwise when the scan began") {
  Pair pair;
  in(*pair.first, [](auto& tx) {
    for (const char* id : {"A", "B"}) put(tx, id, noon);
  });
  std::string found;
  in(*pair.first, [&](auto& tx) {
    auto stored = *tx.subscription(SubscriptionId("B"));
    tx.set_status(stored.key, billing::SubscriptionStatus::cancelled, noon);
    in(*pair.second, [&found](auto& scan) {  // B is somebody else's for now
      const auto page = scan.due(noon, {}, 1);
      for (const auto& row : page.found) found += row.subscription.id.str() + " ";
      REQUIRE(page.next.has_value());
      for (const auto& row : scan.due(noon, *page.next, 1).found) {
        found += row.subscription.id.str() + " ";
      }
    });
  });
  CHECK(found == "A ");
  in(*pair.second, [](auto& tx) { CHECK(tx.due(noon, {}, 9).found.size() == 1); });
}

TEST_CASE("of two that wait for each other one begins anew, and both are done") {
  Pair pair;
  in(*pair.first, [](auto& tx) {
    put(tx, "A");
    put(tx, "B");
  });
  std::barrier met(2);
  int began = 0;
  std::mutex mutex;
  const auto take = [&](PostgresLedger& ledger, const std::string& one, const std::string& other) {
    bool is_first_try = true;
    return try_in(ledger, [&, one, other](ports::LedgerTx& tx) {
      {
        const std::lock_guard lock(mutex);
        ++began;
      }
      tx.subscription(SubscriptionId(one));
      if (is_first_try) met.arrive_and_wait();
      is_first_try = false;
      tx.subscription(SubscriptionId(other));
      tx.add_audit(counted(tx.subscription(SubscriptionId(one))->key));
    });
  };
  Result<void> of_other;
  std::thread other([&] { of_other = take(*pair.second, "B", "A"); });
  const auto of_first = take(*pair.first, "A", "B");
  other.join();
  CHECK(of_first.has_value());
  CHECK(of_other.has_value());
  CHECK(began == 3);
  in(*pair.first, [](auto& tx) { CHECK(tx.audit_head().rows == 2); });
}

}  // namespace
}  // namespace recycled::store
