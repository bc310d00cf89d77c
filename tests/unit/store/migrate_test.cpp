// A ledger's history: made, found again, refused when it is not ours, looked at without a touch.
#include "store/migrate.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "store/database.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

using Steps = std::vector<Migration>;

const Steps first{{1, "0001_a", "CREATE TABLE a (x INTEGER) STRICT;"}};
const Steps both{first[0], {2, "0002_b", "CREATE TABLE b (x INTEGER) STRICT;"}};

std::int64_t number(Database& database, const std::string& query) {
  return database.raw().execAndGet(query).getInt64();
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const auto look_away = [](ports::LedgerReader&) {};

TEST_CASE("migrations: a fresh ledger gets all of them, a second start none") {
  const testing::Scratch folder;
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, both, noon).has_value());
  CHECK(database.raw().tableExists("a"));
  CHECK(database.raw().tableExists("b"));
  REQUIRE(migrate(database, both, noon + Millis(1)).has_value());
  CHECK(number(database, "SELECT count(*) FROM migration") == 2);
  CHECK(number(database, "SELECT max(applied_at) FROM migration") == to_millis(noon));
  CHECK(check_schema(database, both).has_value());
}

TEST_CASE("migrations: an older ledger gets what it lacks") {
  const testing::Scratch folder;
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, first, noon).has_value());
  database.raw().exec("INSERT INTO a VALUES (17)");
  const auto old = check_schema(database, both);
  REQUIRE_FALSE(old.has_value());
  CHECK(old.error().fault == Fault::store);
  CHECK_FALSE(database.raw().tableExists("b"));
  REQUIRE(migrate(database, both, noon + Millis(1)).has_value());
  CHECK(number(database, "SELECT x FROM a") == 17);
  CHECK(database.raw().tableExists("b"));
  CHECK(number(database, "SELECT applied_at FROM migration WHERE number = 2") ==
        to_millis(noon) + 1);
}

TEST_CASE("migrations: a newer ledger is refused and left alone") {
  const testing::Scratch folder;
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, both, noon).has_value());
  for (const auto& judged : {migrate(database, first, noon), check_schema(database, first)}) {
    REQUIRE_FALSE(judged.has_value());
    CHECK(judged.error().fault == Fault::newer);
    CHECK(judged.error().message.find("migration 2") != std::string::npos);
  }
  CHECK(number(database, "SELECT count(*) FROM migration") == 2);
}

TEST_CASE("migrations: one that was edited after it ran is refused") {
  const testing::Scratch folder;
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, first, noon).has_value());
  Steps edited = both;
  edited[0].sql = "CREATE TABLE a (x INTEGER, y INTEGER) STRICT;";
  for (const auto& judged : {migrate(database, edited, noon), check_schema(database, edited)}) {
    REQUIRE_FALSE(judged.has_value());
    CHECK(judged.error().fault == Fault::store);
    CHECK(judged.error().message.find("migration 1") != std::string::npos);
  }
  CHECK_FALSE(database.raw().tableExists("b"));
}

TEST_CASE("migrations: half a migration leaves nothing") {
  const testing::Scratch folder;
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, first, noon).has_value());
  Steps torn = both;
  torn[1].sql = "CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1);";
  CHECK_THROWS_AS((void)migrate(database, torn, noon), SqlError);
  CHECK_FALSE(database.raw().tableExists("b"));
  CHECK(number(database, "SELECT count(*) FROM migration") == 1);
  CHECK(migrate(database, both, noon).has_value());
}

TEST_CASE("the program's own migrations are numbered from 1 without a gap") {
  int expected = 1;
  for (const Migration& step : migrations()) {
    CHECK(step.number == expected++);
    CHECK(step.name.substr(0, 4) == std::to_string(10000 + step.number).substr(1));
  }
  CHECK(expected > 1);
}

// Those before the one of that name.
Steps steps_before(std::string_view name) {
  Steps older = migrations();
  const auto added = std::find_if(older.begin(), older.end(), [name](const Migration& step) {
    return step.name.ends_with(name);
  });
  REQUIRE(added != older.end());
  older.erase(added, older.end());
  return older;
}

TEST_CASE("migrations: an older claim has the decline that its request carries") {
  const testing::Scratch folder;
  const Steps older = steps_before("_declines_of_claims");
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, older, noon).has_value());
  const char* bodies[] = {
      R"({"transaction":{"responseCode":"51","responseDescription":"Insufficient funds"}})",
      R"({"transaction":{"responseCode":"05"}})", "no JSON"};
  database.raw().exec("PRAGMA foreign_keys = OFF");
  for (int key = 1; key <= 3; ++key) {
    const std::string of = std::to_string(key);
    database.raw().exec("INSERT INTO recovery VALUES (" + of + ", 'recycle', " + of + ", NULL, 'o" +
                        of +
                        "', 1, 1, 4, 'ff', 'bank', 'card', 5, 'USD', 'failed', 'declined',"
                        " 'none', NULL, NULL, 1, 0, 0, 1, 1, 2, 1, NULL, 2, 0, 0, 0, 0)");
    database.raw().exec("INSERT INTO request VALUES (" + of + ", '', '" + bodies[key - 1] + "')");
  }
  database.raw().exec("PRAGMA foreign_keys = ON");
  database.raw().exec(std::string(migrations()[older.size()].sql));
  const auto declines = database.raw().execAndGet(
      "SELECT group_concat(decline_code || '=' || decline_message, ';') FROM"
      " (SELECT * FROM recovery ORDER BY key)");
  CHECK(declines.getString() == "51=Insufficient funds;05=;=");
}

// Of three, the first two queued.
std::string calls_after_note(const std::optional<std::string>& note) {
  const testing::Scratch folder;
  const Steps older = steps_before("_calls");
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, older, noon).has_value());
  database.raw().exec("DELETE FROM meta");
  if (note) database.raw().exec("INSERT INTO meta VALUES ('calls', '" + *note + "')");
  database.raw().exec("PRAGMA foreign_keys = OFF");
  for (int key = 1; key <= 3; ++key) {
    const std::string of = std::to_string(key);
    database.raw().exec(
        "INSERT INTO recovery (key, kind, subscription_key, order_id, cycle, round, reattempt,"
        " provider_gateway, return_gateway, return_card, amount, currency, state, reason, step,"
        " next_at, sending, tries, inquiries, has_left, claimed_at, expires_at, unsent_until,"
        " refund_due, late, refunded, charged_back) VALUES (" +
        of + ", 'recycle', " + of + ", 'o" + of + "', 1, 1, 4, 'ff', 'bank', 'card', 5, 'USD', '" +
        (key < 3 ? "intended" : "waiting") + "', '', 'send', 1, 1, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0)");
  }
  database.raw().exec("PRAGMA foreign_keys = ON");
  database.raw().exec(std::string(migrations()[older.size()].sql));
  return database.raw()
             .execAndGet("SELECT coalesce(group_concat(recovery_key, ' '), '') FROM call")
             .getString() +
         ";" +
         database.raw()
             .execAndGet("SELECT coalesce(group_concat(name || '=' || value), '') FROM meta")
             .getString();
}

TEST_CASE("L1 migrations: the calls that an older program has left in doubt are held ones") {
  CHECK(calls_after_note("") == ";");
  CHECK(calls_after_note("2 3 ") == "2;");
  CHECK(calls_after_note("12 ") == ";");
  CHECK(calls_after_note("any") == "1 2;");
  CHECK(calls_after_note(std::nullopt) == "1 2;");
  CHECK(calls_after_note("adopted") == ";adoption=begun");
}

TEST_CASE("opening a ledger: errors are values that name the file") {
  const testing::Scratch folder;
  std::ofstream(folder / "text.db") << std::string(4096, 'x');
  for (const auto& file : {folder / "no folder/ledger.db", folder / "text.db"}) {
    const auto opened = SqliteLedger::open(file, Executor::inline_, noon);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().fault == Fault::store);
    CHECK(opened.error().message.find(file.string()) != std::string::npos);
  }
  {
    Database database(folder / "newer.db", Access::read_write);
    Steps more = migrations();
    more.push_back({static_cast<int>(more.size()) + 1, "later", "CREATE TABLE later (x);"});
    REQUIRE(migrate(database, more, noon).has_value());
  }
  const auto opened = SqliteLedger::open(folder / "newer.db", Executor::thread, noon);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().fault == Fault::newer);
}

TEST_CASE("read_ledger: no ledger is not found, and none is made") {
  const testing::Scratch folder;
  const auto read = read_ledger(folder / "ledger.db", look_away);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().fault == Fault::not_found);
  CHECK_FALSE(std::filesystem::exists(folder / "ledger.db"));
}

TEST_CASE("read_ledger: an older ledger and a file that is none are refused") {
  const testing::Scratch folder;
  { Database empty(folder / "older.db", Access::read_write); }
  std::ofstream(folder / "text.db") << std::string(4096, 'x');
  for (const auto& file : {folder / "older.db", folder / "text.db"}) {
    const std::string before = content(file);
    const auto read = read_ledger(file, look_away);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().fault == Fault::store);
    CHECK(content(file) == before);
  }
}

TEST_CASE("read_ledger: one snapshot beside a writer, and never a write") {
  OwnLedger own;
  in(*own.ledger, [](auto& tx) { tx.set_meta("name", "one"); });
  const auto read = read_ledger(own.file, [&](ports::LedgerReader& reader) {
    CHECK(reader.meta("name") == "one");
    in(*own.ledger, [](auto& tx) { tx.set_meta("name", "two"); });
    CHECK(reader.meta("name") == "one");
  });
  CHECK(read.has_value());
  const auto wrote = read_ledger(own.file, [](ports::LedgerReader& reader) {
    dynamic_cast<ports::LedgerTx&>(reader).set_meta("name", "three");
  });
  REQUIRE_FALSE(wrote.has_value());
  CHECK(wrote.error().fault == Fault::store);
  in(*own.ledger, [](auto& tx) { CHECK(tx.meta("name") == "two"); });
}

}  // namespace
}  // namespace recycled::store
