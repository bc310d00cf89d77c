// What PostgreSQL alone can do to a ledger: go away at any moment, keep a commit without saying so,
// and serve several that write.
#include <map>
#include <thread>

#include "store/inspection.hpp"
#include "unit/postgres/cut_line.hpp"
#include "unit/postgres/fixture.hpp"

namespace recycled::store {
namespace {

std::string server_folder() {
  const std::string url = server_url();
  return url.substr(url.find("host=") + 5);
}

std::string url_through(const CutLine& line, const std::string& database) {
  return "postgresql://recycled@/" + database + "?host=" + line.folder();
}

void count_up(ports::LedgerTx& tx) {
  tx.set_meta("count", std::to_string(std::stoi(tx.meta("count").value_or("0")) + 1));
}

std::string counted(ports::Ledger& ledger) {
  std::string count;
  in(ledger, [&count](auto& tx) { count = tx.meta("count").value_or("0"); });
  return count;
}

// Ends all other sessions of the database, as a server that is restarted does.
void end_sessions(const std::string& database) {
  Postgres server(url_of(database));
  const Transaction all(server, Access::read_only);
  auto& ended = server.prepared(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
      " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  REQUIRE(ended.step());
  REQUIRE(ended.integer(0) >= 1);
}

TEST_CASE("a statement's parameters are numbered as PostgreSQL wants them") {
  CHECK(numbered("SELECT 1") == "SELECT 1");
  CHECK(numbered("INSERT INTO t VALUES (?, ?, ?)") == "INSERT INTO t VALUES ($1, $2, $3)");
  CHECK(numbered("a = ?1 AND b = ?2 OR c = ?1") == "a = $1 AND b = $2 OR c = $1");
  CHECK(numbered("a = '?' AND b = ?") == "a = '?' AND b = $1");
}

TEST_CASE("values come back as they went, from none to all bytes") {
  Postgres connection(url_of(make_database()));
  const Transaction one(connection, Access::read_only);
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  auto& query = connection.prepared("SELECT ?::bigint, ?::text, ?::bytea, ?::text, ?::text");
  query.bind(1, std::int64_t{-9007199254740993});
  query.bind(2, "it's \xc3\xa4 \\ \"quoted\"", Text::passes);
  query.bind_bytes(3, bytes, Text::stays);
  query.bind_null(4);
  query.bind(5, std::string_view(), Text::stays);
  REQUIRE(query.step());
  CHECK(query.integer(0) == -9007199254740993);
  CHECK(query.text(1) == "it's \xc3\xa4 \\ \"quoted\"");
  CHECK(query.text(2) == bytes);
  CHECK(query.is_null(3));
  CHECK_FALSE(query.is_null(4));
  CHECK(query.text(4).empty());
  CHECK_FALSE(query.step());
}

TEST_CASE("a text of any bytes is kept, as far as it is one") {
  const std::string url = url_of(make_database());
  const auto ledger = open_ledger(url);
  in(*ledger, [](auto& tx) {
    tx.set_meta("latin", "caf\xe9");
    tx.set_meta("cut", std::string("a\0b", 3));
    ports::AuditRow row;
    row.subject = put(tx, "S");
    row.event = "heard";
    row.reason = "caf\xe9";
    tx.add_audit(row);
  });
  in(*ledger, [](auto& tx) {
    CHECK(tx.meta("latin") == "caf\xef\xbf\xbd");
    CHECK(tx.meta("cut") ==
          "a\xef\xbf\xbd"
          "b");
  });
  // The audit trail's links are of what is stored.
  const auto read = inspect_postgres_ledger(url, [](ports::LedgerInspector& inspector) {
    int rows = 0;
    inspector.each_audit([&](const ports::ChainedRow& row) {
      CHECK(ports::link_after(ports::origin_of_chain(InstallationId("")), row) == row.hash);
      ++rows;
    });
    CHECK(rows == 1);
  });
  CHECK(read.has_value());
}

TEST_CASE("what fails in a pipeline is told before anything is committed") {
  Postgres connection(url_of(make_database()));
  connection.run_script("CREATE TABLE t (a bigint PRIMARY KEY)");
  {
    Transaction transaction(connection, Access::read_write);
    auto& insert = connection.prepared("INSERT INTO t VALUES (?)");
    for (int times = 0; times < 2; ++times) {
      insert.bind(1, std::int64_t{7});
      insert.run();
    }
    CHECK_THROWS_AS(transaction.commit(), SqlError);
  }
  const Transaction after(connection, Access::read_only);
  auto& count = connection.prepared("SELECT count(*) FROM t");
  REQUIRE(count.step());
  CHECK(count.integer(0) == 0);
}

TEST_CASE("more statements than a pipeline holds go out one after the other") {
  Postgres connection(url_of(make_database()));
  connection.run_script("CREATE TABLE t (a bigint PRIMARY KEY, b text)");
  const std::string long_text(3000, 'x');
  Transaction transaction(connection, Access::read_write);
  auto& insert = connection.prepared("INSERT INTO t VALUES (?, ?)");
  for (std::int64_t number = 0; number < 1000; ++number) {
    insert.bind(1, number);
    insert.bind(2, long_text, Text::stays);
    insert.run();
  }
  auto& count = connection.prepared("SELECT count(*) FROM t");
  REQUIRE(count.step());
  CHECK(count.integer(0) == 1000);
  count.reset();
  transaction.commit();
}

TEST_CASE(
    "a transaction that says nothing is ended by the server, after as long as its owner may") {
  Postgres connection(url_of(make_database()));
  const auto limit = [&connection] {
    const Transaction one(connection, Access::read_write);
    auto& said =
        connection.prepared("SELECT current_setting('idle_in_transaction_session_timeout')");
    REQUIRE(said.step());
    std::string text(said.text(0));
    said.reset();
    return text;
  };
  CHECK(limit() == "20s");
  connection.may_be_silent_for(std::chrono::hours(6));
  CHECK(limit() == "6h");
  connection.work_as(1, std::chrono::seconds(30));
  CHECK(limit() == "10s");
  connection.may_be_silent_for(std::chrono::milliseconds(50));
  const Transaction silent(connection, Access::read_write);
  auto& session = connection.prepared("SELECT pg_backend_pid()");
  REQUIRE(session.step());
  const std::int64_t pid = session.integer(0);
  session.reset();
  Postgres other(server_url());
  const auto is_there = [&other, pid] {
    const Transaction look(other, Access::read_only);
    auto& found = other.prepared("SELECT 1 FROM pg_stat_activity WHERE pid = ?");
    found.bind(1, pid);
    const bool is = found.step();
    found.reset();
    return is;
  };
  for (int looks = 0; looks < 100'000 && is_there(); ++looks) {
  }
  CHECK_THROWS_AS(connection.prepared("SELECT 1").step(), SqlError);
}

// Sorted, a queue of a million is read for each that leaves it.
TEST_CASE("a queue is read by its index, though the server takes it for empty") {
  Postgres connection(url_of(make_database()));
  connection.run_script(
      "CREATE TABLE queue (lane text, at bigint, key bigint);"
      " CREATE INDEX queue_of ON queue (lane, at, key); ANALYZE queue;"
      " INSERT INTO queue SELECT 'a', n, n FROM generate_series(1, 3000) AS n");
  const Transaction one(connection, Access::read_write);
  auto& plan = connection.prepared(
      "EXPLAIN SELECT key FROM queue WHERE lane = 'a' AND at <= 9000 ORDER BY at, key LIMIT 9");
  std::string lines;
  while (plan.step()) lines += std::string(plan.text(0)) + "\n";
  plan.reset();
  CHECK_MESSAGE(lines.find("Index Only Scan using queue_of") != std::string::npos, lines);
  CHECK_MESSAGE(lines.find("Sort") == std::string::npos, lines);
}

TEST_CASE("one work that fails in a group leaves the others") {
  const auto ledger = open_ledger(url_of(make_database()));
  in(*ledger, count_up);
  CHECK_THROWS(try_in(*ledger, [](auto& tx) {
    count_up(tx);
    tx.add_attempt(ports::Attempt{});  // of no recovery
  }));
  CHECK_THROWS_WITH(try_in(*ledger,
                           [](auto& tx) {
                             tx.add_attempt(ports::Attempt{});  // whose answer nobody waits for
                             throw std::runtime_error("on the way");
                           }),
                    "on the way");
  in(*ledger, count_up);
  CHECK(counted(*ledger) == "2");
}

TEST_CASE("a ledger finds its server again once it is back") {
  const std::string database = make_database();
  const auto ledger = open_ledger(url_of(database));
  in(*ledger, count_up);
  end_sessions(database);
  in(*ledger, count_up);  // nobody told it
  CHECK(counted(*ledger) == "2");
}

TEST_CASE("a session that ends in the midst of a work keeps nothing of it, and it is done anew") {
  const std::string database = make_database();
  const auto ledger = open_ledger(url_of(database));
  int times = 0;
  in(*ledger, [&](auto& tx) {
    count_up(tx);
    tx.audit_head();  // the server has it by now
    if (++times == 1) end_sessions(database);
  });
  CHECK(times == 2);
  CHECK(counted(*ledger) == "1");
}

TEST_CASE("a commit whose answer is lost is found out about: kept once, and never twice") {
  CutLine line(server_folder());
  const std::string database = make_database();
  const auto ledger = open_ledger(url_through(line, database));
  in(*ledger, count_up);
  Cut where = Cut::nowhere;
  SUBCASE("the server had kept it") { where = Cut::after_commit; }
  SUBCASE("the server had never heard of it") { where = Cut::before_commit; }
  for (int times = 1; times <= 3; ++times) {
    line.cut_at(where);
    in(*ledger, count_up);
    CHECK(line.cuts() == times);
  }
  CHECK(counted(*ledger) == "4");
}

TEST_CASE("a work that only looks leaves no doubt when its line is cut: it looks again") {
  CutLine line(server_folder());
  const auto ledger = open_ledger(url_through(line, make_database()));
  line.cut_at(Cut::after_commit);
  int times = 0;
  in(*ledger, [&times](auto& tx) {
    tx.meta("count");
    ++times;
  });
  CHECK(line.cuts() == 1);
  CHECK(times == 2);
  CHECK(counted(*ledger) == "0");
}

TEST_CASE("two that make one ledger at one time make it once") {
  const std::string url = url_of(make_database());
  std::map<int, Result<void>> made;
  std::vector<std::thread> makers;
  std::mutex mutex;
  for (int maker = 0; maker < 4; ++maker) {
    makers.emplace_back([&, maker] {
      auto opened = try_open({url, "maker " + std::to_string(maker)});
      const std::lock_guard lock(mutex);
      made[maker] = opened ? Result<void>() : Failure(opened.error());
    });
  }
  for (std::thread& maker : makers) maker.join();
  for (const auto& [maker, result] : made) {
    CHECK_MESSAGE(result.has_value(), (result ? "" : result.error().message));
  }
}

TEST_CASE("a server that is not there is said to be away, and where it was looked for") {
  const testing::Scratch nowhere;
  const auto opened = try_open({"postgresql://recycled@/x?host=" + (nowhere / "").string(), "x"});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().fault == Fault::unavailable);
  CHECK(opened.error().message.find((nowhere / "").string()) != std::string::npos);
}

TEST_CASE("a reader sees one instant, and needs a ledger that is there") {
  const std::string url = url_of(make_database());
  const auto none = read_postgres_ledger(url, [](ports::LedgerReader&) {});
  REQUIRE_FALSE(none.has_value());
  const auto ledger = open_ledger(url);
  in(*ledger, count_up);
  const auto read = read_postgres_ledger(url, [&ledger](ports::LedgerReader& reader) {
    CHECK(reader.meta("count") == "1");
    in(*ledger, count_up);
    CHECK(reader.meta("count") == "1");
  });
  CHECK(read.has_value());
  CHECK(counted(*ledger) == "2");
}

}  // namespace
}  // namespace recycled::store
