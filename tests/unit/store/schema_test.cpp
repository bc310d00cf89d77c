// What the schema itself refuses, whoever writes: the last line of defence below the program.
#include <algorithm>
#include <regex>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/ensure.hpp"
#include "store/migrate.hpp"
#include "store/retention.hpp"
#include "store/rows.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

using Words = std::set<std::string>;

// Every word of a closed set: to_text knows its set, and behind its end throws or has none.
template <class Set>
Words words_of() {
  Words words;
  for (int index = 0;; ++index) {
    try {
      const std::string_view word = to_text(static_cast<Set>(index));
      if (word.empty()) return words;
      words.emplace(word);
    } catch (const Bug&) {
      return words;
    }
  }
}

Words states_where(bool (*holds)(billing::RecoveryState)) {
  Words words;
  for (const std::string& word : words_of<billing::RecoveryState>()) {
    if (holds(*billing::parse_recovery_state(word))) words.insert(word);
  }
  return words;
}

// How the schema of a ledger says it.
std::string sql_of(const std::string& name) {
  const OwnLedger own;
  SQLite::Database database(own.file.string());
  SQLite::Statement query(database, "SELECT sql FROM sqlite_schema WHERE name = ?");
  query.bind(1, name);
  REQUIRE_MESSAGE(query.executeStep(), name);
  return query.getColumn(0).getString();
}

// The words that a column is compared with, from `before` on to the end of the condition.
Words words_after(const std::string& text, const std::string& before) {
  static const std::regex quoted("'([^']*)'");
  const auto from = text.find(before);
  REQUIRE_MESSAGE(from != std::string::npos, before);
  const auto end_of_condition = std::min(text.find(')', from), text.find("BEGIN", from));
  const std::string list = text.substr(from, end_of_condition - from);
  Words words;
  for (std::sregex_iterator at(list.begin(), list.end(), quoted), end; at != end; ++at) {
    words.insert((*at)[1]);
  }
  return words;
}

// Runs one statement beside the ledger, as a person with a shell would.
void raw(const OwnLedger& own, const std::string& sql) {
  SQLite::Database database(own.file.string(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA foreign_keys = ON");
  database.exec(sql);
}

TEST_CASE("the words that CHECKs allow are those of the closed sets") {
  const std::string subscription = sql_of("subscription");
  CHECK(words_after(subscription, "(status = ") == words_of<billing::SubscriptionStatus>());
  CHECK(words_after(subscription, "(decline_class IN (") == words_of<billing::DeclineClass>());
  CHECK(words_after(sql_of("sale"), "(status = ") == words_of<billing::SaleStatus>());
  const std::string recovery = sql_of("recovery");
  CHECK(words_after(recovery, "(kind = ") == words_of<billing::RecoveryKind>());
  CHECK(words_after(recovery, "(state = ") == words_of<billing::RecoveryState>());
  CHECK(words_after(recovery, "(step = ") == words_of<billing::Step>());
  const std::string delivery = sql_of("delivery");
  CHECK(words_after(delivery, "(sink IN (") == words_of<ports::Sink>());
  CHECK(words_after(delivery, "(state = ") == words_of<ports::DeliveryState>());
  for (const char* table : {"callback", "inbox"}) {
    CHECK(words_after(sql_of(table), "(result = ") == words_of<ports::CallbackResult>());
  }
}

TEST_CASE("L2 L12 indexes and triggers name exactly the live and the ended states") {
  const Words over = states_where([](auto state) { return !is_live(state); });
  CHECK(words_after(sql_of("recovery"), "(ended IS CASE WHEN state = ") == over);
  for (const char* index : {"one_live_recovery", "one_live_recovery_of_sale", "recovery_busy"}) {
    CHECK(sql_of(index).find("WHERE ended IS NULL") != std::string::npos);
  }
  const std::string trigger = sql_of("ends_are_final");
  CHECK(words_after(trigger, "NEW.ended IS NOT OLD.ended") == Words{"recovered", "parked"});
}

// SQLite makes a table of its own for a list of three or more, whenever the row is written.
TEST_CASE("nothing that is looked at for each row is a list of words") {
  const OwnLedger own;
  SQLite::Database database(own.file.string());
  SQLite::Statement query(database, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
  static const std::regex list(R"(IN \(\s*'[^']*',\s*'[^']*',)");
  while (query.executeStep()) {
    const std::string name = query.getColumn(0).getString();
    CAPTURE(name);
    CHECK_FALSE(std::regex_search(query.getColumn(1).getString(), list));
  }
}

TEST_CASE("what is at work is found without a look at all that wait or ever ended") {
  const OwnLedger own;
  SQLite::Database database(own.file.string());
  SQLite::Statement plan(database,
                         "EXPLAIN QUERY PLAN SELECT key FROM recovery AS r WHERE state = 'intended'"
                         " AND " IS_BUSY("r") " AND key > 0 ORDER BY key");
  REQUIRE(plan.executeStep());
  CHECK(plan.getColumn(3).getString().find("recovery_busy (state=?") != std::string::npos);
  CHECK_FALSE(plan.executeStep());  // it is in order already
}

TEST_CASE("a word outside its set, a broken reference and a half row are refused") {
  OwnLedger own;
  in(*own.ledger, [](auto& tx) {
    const auto key = put(tx, "S", noon);
    const auto recovery = put_recovery(tx, key, plain_recovery("order"));
    ports::StoredCallback callback;
    tx.add_callback(callback);
    tx.add_audit({noon, recovery, key, "event", "", "", ""});
  });
  for (const char* sql : {
           "UPDATE subscription SET status = 'gone'",
           "UPDATE subscription SET decline_class = 'firm'",
           "UPDATE subscription SET cycle = 0",
           "UPDATE subscription SET price = -1",
           "UPDATE subscription SET cycle = 'five'",
           "UPDATE subscription SET declined_at = NULL",
           "UPDATE subscription SET not_taken = 'no_card'",
           "UPDATE recovery SET state = 'gone'",
           "UPDATE recovery SET step = 'dance'",
           "UPDATE recovery SET step = 'none'",
           "UPDATE recovery SET next_at = NULL",
           "UPDATE recovery SET amount = 0",
           "UPDATE recovery SET reattempt = 3",
           "UPDATE recovery SET reattempt = 10",
           "UPDATE recovery SET expires_at = claimed_at",
           "UPDATE recovery SET has_left = 2",
           "UPDATE recovery SET ended = 'failed'",
           "UPDATE recovery SET state = 'failed'",
           "UPDATE recovery SET subscription_key = 4711",
           "UPDATE inbox SET result = 'gone'",
           "DELETE FROM subscription",
           "DELETE FROM recovery",
           "DELETE FROM callback",
       }) {
    CAPTURE(sql);
    CHECK_THROWS_AS(raw(own, sql), SQLite::Exception);
  }
}

TEST_CASE("S4: what FlexFactor declined is not handed to it, even by raw SQL") {
  OwnLedger own;
  const auto wrong = [](ports::LedgerTx& tx) {
    billing::Recovery recovery = plain_recovery("wrong");
    recovery.return_gateway = recovery.provider_gateway;
    const auto key = put(tx, "W");
    tx.insert_recovery({key, recovery, "request"});
  };
  CHECK_THROWS_WITH_AS(try_in(*own.ledger, wrong), doctest::Contains("is not handed to it"),
                       SqlError);
  in(*own.ledger, [](auto& tx) {
    CHECK_FALSE(tx.subscription(SubscriptionId("W")).has_value());
    put_recovery(tx, put(tx, "S"), plain_recovery("order"));
  });
  for (const char* sql : {"UPDATE recovery SET return_gateway = 'ff'",
                          "UPDATE recovery SET provider_gateway = 'bank'"}) {
    CHECK_THROWS_WITH_AS(raw(own, sql), doctest::Contains("is not handed to it"),
                         SQLite::Exception);
  }
}

TEST_CASE("attempts, callbacks and audit rows are append-only") {
  OwnLedger own;
  in(*own.ledger, [](auto& tx) {
    const auto key = put(tx, "S");
    const auto recovery = put_recovery(tx, key, plain_recovery("order"));
    tx.add_attempt({recovery, noon, Millis(1), billing::Step::send, "approved", ""});
    tx.add_audit({noon, recovery, key, "event", "", "", "reason"});
    ports::StoredCallback callback;
    callback.body = "body";
    tx.add_callback(callback);
  });
  for (const char* sql :
       {"UPDATE attempt SET outcome = 'x'", "UPDATE attempt SET key = 9",
        "UPDATE callback SET body = x'00'", "UPDATE callback SET result = 'applied'",
        "UPDATE audit SET reason = 'x'", "DELETE FROM audit"}) {
    CAPTURE(sql);
    CHECK_THROWS_WITH_AS(raw(own, sql), doctest::Contains("append-only"), SQLite::Exception);
  }
}

std::string plan_of(const OwnLedger& own, const char* sql) {
  SQLite::Database database(own.file.string());
  SQLite::Statement steps(database, std::string("EXPLAIN QUERY PLAN ") + sql);
  std::string plan;
  while (steps.executeStep()) plan += steps.getColumn(3).getString() + "\n";
  return plan;
}

TEST_CASE("a page of what was declined costs what it returns, though all was at one instant") {
  const OwnLedger own;
  for (const char* sql :
       {DECLINED_BEFORE("SELECT declined_at, key FROM subscription", "declined_at IS NOT NULL"),
        DECLINED_BEFORE("SELECT declined_at, key FROM sale", "status = 'declined'")}) {
    const std::string plan = plan_of(own, sql);
    CAPTURE(plan);
    CHECK(plan.find("declined (declined_at=? AND rowid>?)") != std::string::npos);
    CHECK(plan.find("declined (declined_at>? AND declined_at<?)") != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
  }
}

TEST_CASE("L26 pruning looks at what may go, and not at what is stored") {
  const OwnLedger own;
  // In the order of the index, so that the limit ends the walk: nothing is sorted.
  CHECK(plan_of(own, RECOVERIES_TO_PRUNE) ==
        "SEARCH recovery USING INDEX recovery_to_prune (settled_at>? AND settled_at<?)\n");
  CHECK(plan_of(own, CALLBACKS_TO_PRUNE) ==
        "SEARCH c USING INDEX callback_to_prune (received_at<?)\n"
        "SEARCH i USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN\n");
  const std::string events = plan_of(own, events_to_prune);
  CHECK_MESSAGE(
      events.find("SEARCH o USING COVERING INDEX outbox_of (recovery_key=? AND rowid<?)") == 0,
      events);
  CHECK_MESSAGE(events.find("SCAN") == std::string::npos, events);
  CHECK_MESSAGE(events.find("TEMP B-TREE") == std::string::npos, events);
  const auto nonces = plan_of(own,
                              "DELETE FROM nonce WHERE nonce IN (SELECT nonce FROM nonce"
                              " WHERE seen_at < 1 ORDER BY seen_at LIMIT 9)");
  CHECK_MESSAGE(nonces.find("nonce_age (seen_at<?)") != std::string::npos, nonces);
}

TEST_CASE("L26 what is open cannot be pruned, and what was pruned is so for good") {
  OwnLedger own;
  in(*own.ledger, [](auto& tx) {
    const auto key = put(tx, "S");
    put_recovery(tx, key, plain_recovery("open"));
    put_recovery(tx, key, in_state(plain_recovery("ended", 6), billing::RecoveryState::failed));
  });
  CHECK_NOTHROW(raw(own, "UPDATE recovery SET pruned_at = 1 WHERE order_id = 'ended'"));
  for (const char* sql : {"UPDATE recovery SET pruned_at = 1 WHERE order_id = 'open'",
                          "UPDATE recovery SET pruned_at = NULL WHERE order_id = 'ended'",
                          "UPDATE recovery SET pruned_at = 2"}) {
    CAPTURE(sql);
    CHECK_THROWS_WITH_AS(raw(own, sql), doctest::Contains("what is open is not pruned"),
                         SQLite::Exception);
  }
}

TEST_CASE("L26 the pages of what is pruned come free, and the file grows no more") {
  OwnLedger own;
  const auto live_once = [&](int life) {
    in(*own.ledger, [life](ports::LedgerTx& tx) {
      for (int index = 0; index < 500; ++index) {
        const std::string name = std::to_string(life) + "-" + std::to_string(index);
        auto recovery = in_state(plain_recovery(name), billing::RecoveryState::failed);
        recovery.settled_at = noon;
        const auto key = tx.insert_recovery({put(tx, name), recovery, std::string(1200, 'r')});
        tx.add_attempt(
            {*key, noon, Millis(1), billing::Step::send, "declined", std::string(200, 'd')});
        ports::StoredCallback callback;
        callback.received_at = noon;
        callback.nonce = name;
        callback.headers = std::string(450, 'h');
        callback.body = std::string(300, 'b');
        callback.result = ports::CallbackResult::applied;
        tx.add_callback(callback);
      }
      for (int step = 0; step < 5; ++step) tx.prune(noon + Millis(1), noon, 100);
    });
  };
  SQLite::Database database(own.file.string());
  const auto pages_of = [&](const std::string& table) {
    return database.execAndGet("SELECT count(*) FROM dbstat WHERE name = '" + table + "'").getInt();
  };
  live_once(1);
  CHECK(database.execAndGet("SELECT count(*) FROM callback WHERE body <> x''").getInt() == 0);
  // 500 rows of some 100 bytes; before they were pruned it was 500 pages and more.
  CHECK(pages_of("request") < 160);
  CHECK(pages_of("callback") < 160);
  CHECK(database.execAndGet("PRAGMA freelist_count").getInt() > 600);
  const int grown = database.execAndGet("PRAGMA page_count").getInt();
  live_once(2);
  // Subscriptions and what is kept of the rest: less than half of what came.
  CHECK(database.execAndGet("PRAGMA page_count").getInt() - grown < grown / 2);
}

TEST_CASE("L12 a success stays one even for raw SQL") {
  OwnLedger own;
  in(*own.ledger, [](auto& tx) {
    put_recovery(tx, put(tx, "S"),
                 in_state(plain_recovery("order"), billing::RecoveryState::recovered));
  });
  CHECK_THROWS_WITH_AS(raw(own, "UPDATE recovery SET state = 'failed', ended = 'failed'"),
                       doctest::Contains("final"), SQLite::Exception);
  CHECK_NOTHROW(raw(own, "UPDATE recovery SET refunded = 1"));
}

TEST_CASE("L4 a request that is not what it was stops the program") {
  OwnLedger own;
  RecoveryKey key;
  in(*own.ledger, [&](auto& tx) { key = put_recovery(tx, put(tx, "S"), plain_recovery("order")); });
  const auto read = [key](ports::LedgerTx& tx) { tx.request(key); };
  CHECK_NOTHROW(in(*own.ledger, read));
  raw(own, "UPDATE request SET body = replace (body, 'request', 'reqvest')");
  CHECK_THROWS_AS(try_in(*own.ledger, read), Bug);
  raw(own, "UPDATE request SET body = replace (body, 'reqvest', 'request')");
  CHECK_NOTHROW(in(*own.ledger, read));
  raw(own, "DELETE FROM request");
  CHECK_THROWS_AS(try_in(*own.ledger, read), Bug);
}

}  // namespace
}  // namespace recycled::store
