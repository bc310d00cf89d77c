// A ledger that moves from a file to PostgreSQL and back, while somebody works on it.
#include "store/move.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "support/usual.hpp"
#include "unit/postgres/fixture.hpp"

namespace recycled::store {
namespace {

const system::SystemClock the_clock;

// Something in every table, and more rows than a page in some.
void fill(ports::LedgerTx& tx, int from, int until) {
  for (int number = from; number < until; ++number) {
    const std::string name = "S" + std::to_string(number);
    const auto subscription = put(tx, name, noon + Millis(number));
    if (number % 2 == 0) continue;
    auto recovery = plain_recovery("o-" + name);
    const auto key = put_recovery(tx, subscription, recovery);
    ports::Attempt attempt;
    attempt.recovery = key;
    attempt.outcome = "declined";
    attempt.detail = number == 1 ? "caf\xe9" : "no funds";
    tx.add_attempt(attempt);
    ports::AuditRow row;
    row.at = noon;
    row.subject = subscription;
    row.recovery = key;
    row.event = "recovery.claimed";
    tx.add_audit(row);
    ports::OutboxRow event;
    event.at = noon;
    event.type = "subscription.recovered";
    event.subject = subscription;
    event.recovery = key;
    tx.add_outbox(event);
    ports::StoredCallback callback;
    callback.received_at = noon;
    callback.nonce = "nonce " + name;
    callback.body = std::string("any \0 byte \xff", 12);
    callback.order = OrderId("o-" + name);
    callback.result = ports::CallbackResult::unmatched;
    callback.next_at = noon;
    tx.add_callback(callback);
    CHECK(tx.remember_nonce(callback.nonce, noon));
    if (number % 3 == 0) tx.hold_calls({key});
  }
  tx.put_sale(testing::declined_sale("sale " + std::to_string(from), noon, "card"), noon);
  tx.queue_deliveries(ports::Sink::webhook, noon, 10);
  tx.put_run(
      {RunId("run " + std::to_string(9 - from % 9)), "once", noon + Millis(from), {}, "all"});
  tx.add_pause({noon, ports::PauseWord::paused, GatewayId("ff"), "alice", "why"});
  tx.keep_dry_run({"digest", noon, "a plan"});
}

struct Moving {
  Moving() : file(folder / "ledger.db"), url(url_of(make_database())) {
    open();
    in(*ledger, [](auto& tx) {
      tx.set_meta("installation", "ours");
      fill(tx, 0, 1100);
    });
  }

  void open() { ledger = std::move(*SqliteLedger::open(file, Executor::inline_, noon)); }
  Move there() {
    Move move;
    move.from = {file};
    move.to = {{}, url};
    move.name = url;
    move.by = "the first";
    move.settle_in = [this](auto& tx) { tx.set_meta("settled", std::to_string(++settled)); };
    move.on_pass = [this](const MovePass& pass) { passes.push_back(pass); };
    return move;
  }
  Move back(const std::filesystem::path& to) {
    Move move = there();
    std::swap(move.from, move.to);
    move.to.file = to;
    move.name = "sqlite:" + to.string();
    return move;
  }

  testing::Scratch folder;
  const std::filesystem::path file;
  const std::string url;
  std::unique_ptr<SqliteLedger> ledger;
  std::vector<MovePass> passes;
  int settled = 0;
};

// What is in one and not in the other, with what is counted on the way.
int differences(const std::filesystem::path& one, const std::filesystem::path& other) {
  SQLite::Database database(one.string());
  database.exec("ATTACH '" + other.string() + "' AS other");
  int found = 0;
  for (const char* table :
       {"subscription", "sale", "recovery", "request", "call", "attempt", "callback", "inbox",
        "nonce", "audit", "audit_head", "outbox", "delivery", "dry_run", "pause", "run", "due"}) {
    const std::string name = table;
    CAPTURE(name);
    CHECK(database.execAndGet("SELECT count(*) FROM " + name).getInt() > 0);
    const int here = database
                         .execAndGet("SELECT count(*) FROM (SELECT * FROM main." + name +
                                     " EXCEPT SELECT * FROM other." + name + ")")
                         .getInt();
    const int there = database
                          .execAndGet("SELECT count(*) FROM (SELECT * FROM other." + name +
                                      " EXCEPT SELECT * FROM main." + name + ")")
                          .getInt();
    CHECK(here == there);
    found += here + there;
  }
  CHECK(database.execAndGet("SELECT count(*) FROM main.sqlite_schema").getInt() ==
        database.execAndGet("SELECT count(*) FROM other.sqlite_schema").getInt());
  return found;
}

TEST_CASE("a ledger moves to PostgreSQL and back, and all of it is the same") {
  Moving moving;
  REQUIRE(move_ledger(moving.there(), the_clock).has_value());
  CHECK(moving.passes.size() == 3);
  CHECK(moving.passes.back().is_last);
  CHECK(moving.passes.back().copied.written == 0);
  CHECK(moving.passes.front().copied.written == moving.passes.front().copied.rows);
  CHECK(moving.settled == 1);
  {
    const auto there = open_ledger(moving.url);
    in(*there, [](auto& tx) {
      CHECK(tx.meta("installation") == "ours");
      CHECK(tx.take_over_calls(999).size() == 183);  // those of the old place's processes
      for (const auto& row : tx.steps_due(plain_recovery("x").provider_gateway, noon, 999)) {
        CHECK(row.recovery.order.str().starts_with("o-S"));
      }
      CHECK(put(tx, "new one") > tx.subscription(SubscriptionId("S1099"))->key);
    });
  }
  const auto file = moving.folder / "back.db";
  REQUIRE(move_ledger(moving.back(file), the_clock).has_value());
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec(
          "DELETE FROM due WHERE subscription_key = (SELECT max(key) FROM subscription);"
          "DELETE FROM subscription WHERE id = 'new one';"
          "UPDATE call SET worker_key = 1");
  SQLite::Database(moving.file.string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE call SET worker_key = 1");
  CHECK(differences(file, moving.file) == 2);  // a text with what is no character: before, after
  // And goes on there, with its chain whole.
  const auto again = SqliteLedger::open(file, Executor::inline_, noon);
  REQUIRE(again.has_value());
  in(**again, [](auto& tx) { fill(tx, 2000, 2100); });
}

TEST_CASE("whoever works on a ledger that moves hears of it, and nothing of his is lost") {
  Moving moving;
  int written = 1100;
  auto move = moving.there();
  move.on_pass = [&](const MovePass& pass) {
    moving.passes.push_back(pass);
    if (pass.is_last || written >= 4000) return;
    in(*moving.ledger, [&](auto& tx) {  // beside it
      fill(tx, written, written + 1100);
      auto changed = *tx.subscription(SubscriptionId("S7"));
      changed.subscription.price.minor += 1;
      tx.put_subscription(changed.subscription, changed.plan, noon);
      tx.forget_nonces(noon + Millis(1), 100);
    });
    written += 1100;
  };
  REQUIRE(move_ledger(move, the_clock).has_value());
  CHECK(moving.passes.size() >= 4);
  CHECK(moving.passes.back().copied.rows > moving.passes.front().copied.rows);
  const auto late = try_in(*moving.ledger, [](auto& tx) { tx.set_meta("a", "1"); });
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().fault == Fault::away);
  CHECK(late.error().message.find(moving.url) != std::string::npos);
  const auto there = open_ledger(moving.url);
  in(*there, [&](auto& tx) {
    CHECK(tx.subscription(SubscriptionId("S" + std::to_string(written - 1))).has_value());
    CHECK_FALSE(tx.meta("a").has_value());
    const auto price = tx.subscription(SubscriptionId("S7"))->subscription.price.minor;
    CHECK(price == plain_subscription("S7").price.minor + 3);
  });
  const auto read = inspect_postgres_ledger(moving.url, [](ports::LedgerInspector& inspector) {
    std::string last = ports::origin_of_chain(InstallationId("ours"));
    inspector.each_audit([&](const ports::ChainedRow& row) {
      CHECK(ports::link_after(last, row) == row.hash);
      last = row.hash;
    });
    inspector.each_misqueued([](const ports::InspectedQueue& row) { CHECK(row.id.empty()); });
  });
  CHECK(read.has_value());
}

TEST_CASE("a worker at PostgreSQL cannot write to a ledger that has moved away") {
  Moving moving;
  REQUIRE(move_ledger(moving.there(), the_clock).has_value());
  const auto worker =
      try_open({moving.url, "worker", Role::worker, Executor::inline_, std::chrono::seconds(30)});
  REQUIRE(worker.has_value());
  REQUIRE(move_ledger(moving.back(moving.folder / "back.db"), the_clock).has_value());
  CHECK_FALSE(try_in(**worker, [](auto& tx) { tx.set_meta("a", "1"); }).has_value());
  const auto visitor = open_ledger(moving.url);
  const auto late = try_in(*visitor, [](auto& tx) { tx.set_meta("a", "1"); });
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().fault == Fault::away);
}

TEST_CASE("a move that was interrupted is made an end of by another one") {
  Moving moving;
  SUBCASE("on the way") {
    auto move = moving.there();
    move.on_pass = [](const MovePass&) { throw SqlError(SqlError::Of::all, Fault::store, "cut"); };
    CHECK_FALSE(move_ledger(move, the_clock).has_value());
    in(*moving.ledger, [](auto& tx) { tx.set_meta("a", "1"); });  // it goes on where it was
    std::string why;
    const auto read = read_postgres_ledger(
        moving.url, [&](ports::LedgerReader& reader) { why = why_elsewhere(reader).value_or(""); });
    REQUIRE(read.has_value());
    CHECK(why.find("has not arrived") != std::string::npos);
  }
  SUBCASE("after the old one's last word") {
    REQUIRE(move_ledger(moving.there(), the_clock).has_value());
    Postgres server(moving.url);
    server.run_script("INSERT INTO meta VALUES ('arriving', 'from another place')");
  }
  REQUIRE(move_ledger(moving.there(), the_clock).has_value());
  REQUIRE(move_ledger(moving.there(), the_clock).has_value());  // it has arrived
  std::optional<std::string> why = "not read";
  const auto read = read_postgres_ledger(
      moving.url, [&](ports::LedgerReader& reader) { why = why_elsewhere(reader); });
  REQUIRE(read.has_value());
  CHECK_FALSE(why.has_value());
}

TEST_CASE("of two that move one ledger one does, and harms nothing at the end of it") {
  Moving moving;
  auto slow = moving.there();
  slow.on_pass = [&](const MovePass&) {
    if (moving.settled > 0) return;
    Move quick = moving.there();
    quick.by = "the second";
    REQUIRE(move_ledger(quick, the_clock).has_value());
    in(*open_ledger(moving.url), [](auto& tx) { put(tx, "made there"); });
  };
  const auto late = move_ledger(slow, the_clock);
  REQUIRE_FALSE(late.has_value());
  in(*open_ledger(moving.url), [](auto& tx) {
    CHECK(tx.subscription(SubscriptionId("made there")).has_value());
    CHECK(tx.meta("settled") == "1");
  });
}

TEST_CASE("a ledger does not move onto another, nor what PostgreSQL cannot keep") {
  Moving moving;
  SUBCASE("a ledger is there") {
    const auto other = open_ledger(moving.url);
    in(*other, [](auto& tx) { tx.set_meta("installation", "another"); });
  }
  SUBCASE("a reason that is no text") {
    in(*moving.ledger, [](auto& tx) {
      ports::AuditRow row;
      row.subject = put(tx, "S");
      row.event = "heard";
      row.reason = "caf\xe9";
      tx.add_audit(row);
    });
  }
  const auto refused = move_ledger(moving.there(), the_clock);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().fault == Fault::invalid);
  in(*moving.ledger, [](auto& tx) { tx.set_meta("a", "1"); });
  Move onto_file = moving.back(moving.file);
  const auto there = move_ledger(onto_file, the_clock);
  CHECK_FALSE(there.has_value());
}

}  // namespace
}  // namespace recycled::store
