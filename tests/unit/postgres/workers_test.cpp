// Several at one ledger: who is there by the server's clock, and what each holds.
#include <set>

#include "unit/postgres/fixture.hpp"

namespace recycled::store {
namespace {

PostgresSettings worker(const std::string& url, const std::string& name,
                        Millis lease = std::chrono::seconds(30)) {
  return {url, name, Role::worker, Executor::inline_, lease};
}

// Nobody need wait for a lease to run out where the server's own clock is not the point.
void silence_all(const std::string& url) {
  Postgres server(url);
  server.run_script("UPDATE worker SET alive_until = server_now() - 1");
}

std::string workers_in(const std::string& url) {
  Postgres server(url);
  const Transaction looking(server, Access::read_only);
  auto& query = server.prepared("SELECT name FROM worker ORDER BY key");
  std::string names;
  while (query.step()) names += std::string(query.text(0)) + " ";
  return names;
}

std::unique_ptr<PostgresLedger> open_worker(const std::string& url, const std::string& name) {
  auto opened = try_open(worker(url, name));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
  return std::move(*opened);
}

const GatewayId ff = plain_recovery("x").provider_gateway;

std::string orders_due(ports::LedgerTx& tx) {
  std::string orders;
  for (const auto& row : tx.steps_due(ff, noon, 9)) orders += row.recovery.order.str() + " ";
  return orders;
}

// One each, due now.
std::vector<RecoveryKey> queue(PostgresLedger& ledger, const std::vector<std::string>& orders) {
  std::vector<RecoveryKey> keys;
  in(ledger, [&](ports::LedgerTx& tx) {
    keys.clear();
    for (const std::string& order : orders) {
      keys.push_back(put_recovery(tx, put(tx, order), plain_recovery(order)));
    }
  });
  return keys;
}

TEST_CASE("as many workers and visitors as come are there until they go") {
  const std::string url = url_of(make_database());
  auto first = open_worker(url, "first");
  const auto second = open_worker(url, "second");
  const auto visitor = open_ledger(url);
  CHECK(workers_in(url) == "first second a test ");
  CHECK(first->looks_for_others_every() == Millis(1000));
  in(*first, [](auto& tx) { tx.set_meta("a", "1"); });
  in(*visitor, [](auto& tx) { CHECK(tx.meta("a") == "1"); });
  first.reset();
  CHECK(workers_in(url) == "second a test ");
}

TEST_CASE("who was silent for too long has lost what it held, and cannot come back") {
  const std::string url = url_of(make_database());
  auto first = open_worker(url, "first");
  const auto second = open_worker(url, "second");
  const auto keys = queue(*first, {"a", "b", "c"});
  in(*first, [&](auto& tx) { CHECK(tx.hold_calls({keys[0], keys[1]}).size() == 2); });
  in(*second, [&](auto& tx) {
    CHECK(orders_due(tx) == "c ");
    CHECK(tx.hold_calls(keys) == std::vector{keys[2]});
    CHECK(tx.take_over_calls(9).empty());  // whoever holds them is there
  });
  silence_all(url);
  in(*second, [](auto& tx) { tx.set_meta("a", "1"); });  // is heard of again
  in(*second, [&](auto& tx) {
    CHECK(tx.take_over_calls(1).size() == 1);
    CHECK(tx.take_over_calls(9).size() == 1);
    CHECK(tx.take_over_calls(9).empty());
    tx.let_go(keys[0]);
    CHECK(orders_due(tx) == "a ");
  });
  for (int times = 0; times < 2; ++times) {
    const auto late = try_in(*first, [&](auto& tx) { tx.let_go(keys[1]); });
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().fault == Fault::busy);
    CHECK(late.error().message.find("taken for dead") != std::string::npos);
  }
  first.reset();  // and takes nothing of the other's with it
  CHECK(workers_in(url) == "second ");
  in(*second, [](auto& tx) { CHECK(orders_due(tx) == "a "); });
}

TEST_CASE("what a worker that has left held is taken over as well") {
  const std::string url = url_of(make_database());
  auto first = open_worker(url, "first");
  const auto second = open_worker(url, "second");
  const auto keys = queue(*first, {"a"});
  in(*first, [&](auto& tx) { CHECK(tx.hold_calls(keys) == keys); });
  first.reset();
  in(*second, [&](auto& tx) { CHECK(tx.take_over_calls(9) == keys); });
}

TEST_CASE("what one is about to hold, another passes over and does not wait for") {
  const std::string url = url_of(make_database());
  const auto first = open_worker(url, "first");
  const auto second = open_worker(url, "second");
  queue(*first, {"a", "b", "c"});
  in(*first, [&](ports::LedgerTx& tx) {
    CHECK(tx.steps_due(ff, noon, 2).size() == 2);
    in(*second, [](auto& other) { CHECK(orders_due(other) == "c "); });
  });
  in(*second, [](auto& tx) { CHECK(orders_due(tx) == "a b c "); });
}

TEST_CASE("what one is scanning, another passes over and does not wait for") {
  const std::string url = url_of(make_database());
  const auto first = open_worker(url, "first");
  const auto second = open_worker(url, "second");
  constexpr int count = 200;
  in(*first, [](ports::LedgerTx& tx) {
    for (int number = 0; number < count; ++number) {
      auto subscription = plain_subscription("S" + std::to_string(number));
      subscription.card.token = "card " + std::to_string(number);
      tx.put_subscription(subscription, {noon, std::nullopt}, noon);
    }
  });
  const auto scan = [](ports::LedgerTx& tx, std::set<std::string>& found) {
    int parts = 0;
    for (std::optional<ports::DuePlace> from = ports::DuePlace(); from;) {
      const auto page = tx.due(noon, *from, 9);
      if (!page.found.empty()) ++parts;
      for (const auto& row : page.found) found.insert(row.subscription.id.str());
      from = page.next;
    }
    return parts;
  };
  std::set<std::string> of_first;
  std::set<std::string> of_second;
  in(*first, [&](ports::LedgerTx& tx) {
    const auto page = tx.due(noon, {}, 9);
    CHECK_FALSE(page.found.empty());
    for (const auto& row : page.found) of_first.insert(row.subscription.id.str());
    in(*second, [&](auto& other) { CHECK(scan(other, of_second) > 10); });
  });
  CHECK(of_first.size() + of_second.size() == count);
  for (const std::string& id : of_first) CHECK_FALSE(of_second.contains(id));
}

TEST_CASE("what a worker has begun is its own for as long as its place is, by its own clock") {
  const std::string url = url_of(make_database());
  const system::SystemClock clock;
  const Instant began = clock.now();
  auto one = try_open(worker(url, "one"));
  REQUIRE(one.has_value());
  const Instant until = (*one)->ours_until();
  CHECK(until >= began + std::chrono::seconds(30));
  CHECK(until <= clock.now() + std::chrono::seconds(30));
  const Instant again = clock.now();
  in(**one, [](auto& tx) { tx.set_meta("a", "1"); });
  CHECK((*one)->ours_until() >= again + std::chrono::seconds(30));
  silence_all(url);
  const auto two = open_worker(url, "two");
  const Instant before = (*one)->ours_until();
  CHECK_FALSE(try_in(**one, [](auto& tx) { tx.set_meta("a", "2"); }).has_value());
  CHECK((*one)->ours_until() == before);  // a failure renews nothing
}

TEST_CASE("a worker that has nothing to do renews its place by itself") {
  const std::string url = url_of(make_database());
  PostgresSettings settings = worker(url, "quiet", Millis(900));
  settings.executor = Executor::thread;
  const auto quiet = try_open(settings);
  REQUIRE(quiet.has_value());
  const Instant opened = (*quiet)->ours_until();
  Postgres server(url);
  const Transaction looking(server, Access::read_only);
  auto& wait = server.prepared("SELECT pg_sleep(1.2)");
  wait.step();
  wait.reset();
  CHECK((*quiet)->ours_until() > opened);
  in(**quiet, [](auto& tx) { tx.set_meta("a", "1"); });
}

TEST_CASE("who stops in the midst of a transaction holds up the others for a part of a lease") {
  const std::string url = url_of(make_database());
  const auto first = try_open(worker(url, "stopped", Millis(1500)));
  const auto second = open_worker(url, "second");
  REQUIRE(first.has_value());
  in(*second, [](auto& tx) { put(tx, "S"); });
  int tries = 0;
  in(**first, [&](ports::LedgerTx& tx) {
    tx.subscription(SubscriptionId("S"));
    if (++tries > 1) return;
    in(*second, [](auto& other) { other.subscription(SubscriptionId("S")); });  // waits for it
  });
  CHECK(tries == 2);  // what it had begun was ended by the server
}

TEST_CASE("a worker that only looks renews its place, and never takes itself for gone") {
  const std::string url = url_of(make_database());
  const auto quiet = try_open(worker(url, "quiet", Millis(900)));
  REQUIRE(quiet.has_value());
  Postgres server(url);
  for (int looks = 0; looks < 6; ++looks) {
    in(**quiet, [](auto& tx) { CHECK(tx.take_over_calls(9).empty()); });
    const Transaction looking(server, Access::read_only);
    auto& wait = server.prepared("SELECT pg_sleep(0.4)");
    wait.step();
    wait.reset();
  }
  CHECK(workers_in(url) == "quiet ");
  // Nor when it was silent for so long, as long as nobody else has noticed.
  silence_all(url);
  in(**quiet, [](auto& tx) { CHECK(tx.take_over_calls(9).empty()); });
  in(**quiet, [](auto& tx) { tx.set_meta("a", "1"); });
  CHECK(workers_in(url) == "quiet ");
}

TEST_CASE("a commit whose number was used up meanwhile is not kept") {
  const std::string url = url_of(make_database());
  const auto worker = open_worker(url, "worker");
  in(*worker, [](auto& tx) { tx.set_meta("a", "1"); });
  Postgres server(url);
  server.run_script("UPDATE worker SET commits = commits + 1");
  CHECK_FALSE(try_in(*worker, [](auto& tx) { tx.set_meta("a", "2"); }).has_value());
  in(*open_ledger(url), [](auto& tx) { CHECK(tx.meta("a") == "1"); });
}

TEST_CASE("of several one carries events, until it is there no more") {
  const std::string url = url_of(make_database());
  auto first = open_worker(url, "first");
  const auto second = open_worker(url, "second");
  const auto carries = [](PostgresLedger& ledger, ports::Sink sink) {
    bool does = false;
    in(ledger, [&](auto& tx) { does = tx.carries(sink); });
    return does;
  };
  CHECK(carries(*first, ports::Sink::webhook));
  CHECK(carries(*first, ports::Sink::webhook));
  CHECK_FALSE(carries(*second, ports::Sink::webhook));
  CHECK(carries(*second, ports::Sink::jsonl));
  SUBCASE("it goes") {
    first.reset();
    CHECK(carries(*second, ports::Sink::webhook));
  }
  SUBCASE("it is silent for too long") {
    silence_all(url);
    in(*second, [](auto& tx) { tx.set_meta("a", "1"); });
    CHECK(carries(*second, ports::Sink::webhook));
    CHECK_FALSE(try_in(*first, [](auto& tx) { tx.set_meta("a", "2"); }).has_value());
  }
}

TEST_CASE("each goes by the results that it has seen, and who takes its place goes on with them") {
  const std::string url = url_of(make_database());
  auto first = open_worker(url, "first");
  const auto second = open_worker(url, "second");
  in(*first, [](auto& tx) { tx.set_recent_results(ff, "aab"); });
  in(*second, [](auto& tx) {
    CHECK(tx.recent_results(ff).empty());
    tx.set_recent_results(ff, "c");
  });
  first.reset();
  const auto third = open_worker(url, "third");
  in(*third, [](auto& tx) { CHECK(tx.recent_results(ff) == "aab"); });
  in(*second, [](auto& tx) { tx.set_recent_results(ff, {}); });  // a person's word, to all
  in(*third, [](auto& tx) { CHECK(tx.recent_results(ff).empty()); });
}

}  // namespace
}  // namespace recycled::store
