// Durability and throughput: many writes, few commits; answered only when on disk; one that throws
// undoes itself alone; a store that cannot write keeps nothing of the group and all before it.
#include "store/group_commit.hpp"

#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <stdexcept>

#include <sqlite3.h>

#include "async/task_group.hpp"
#include "store/database.hpp"
#include "store/mark.hpp"
#include "store/migrate.hpp"
#include "unit/store/fixture.hpp"
#include "unit/store/full_disk.hpp"

namespace recycled::store {
namespace {

std::filesystem::path log_of(const OwnLedger& own) { return own.file.string() + "-wal"; }

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

// Commits in the write-ahead log, as SQLite's file format has them: the last frame of each carries
// the size of the database, all others 0. No checkpoint may come in between.
int commits_in(const std::filesystem::path& log) {
  std::ifstream in(log, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  int commits = 0;
  if (bytes.size() < 32) return commits;
  const std::size_t frame = 24 + big_endian(bytes, 8);
  for (std::size_t at = 32; at + frame <= bytes.size(); at += frame) {
    if (big_endian(bytes, at + 8) != big_endian(bytes, 16)) break;  // of an earlier round
    if (big_endian(bytes, at + 4) != 0) ++commits;
  }
  return commits;
}

std::optional<std::string> meta_on_disk(const std::filesystem::path& file,
                                        const std::string& name) {
  std::optional<std::string> value;
  const auto read =
      read_ledger(file, [&](ports::LedgerReader& reader) { value = reader.meta(name); });
  CHECK(read.has_value());
  return value;
}

struct Answer {
  Result<void> result;
  std::string thrown;
  std::optional<std::string> on_disk;  // what another connection saw when the answer came
};

async::Task<void> write_and_look(OwnLedger& own, ports::LedgerWork work, std::string name,
                                 Answer& answer) {
  try {
    auto done = co_await own.ledger->write(std::move(work));
    answer.result = std::move(done);
  } catch (const std::exception& exception) {
    answer.thrown = exception.what();
  }
  answer.on_disk = meta_on_disk(own.file, name);
}

ports::LedgerWork note(const std::string& name) {
  return [name](ports::LedgerTx& tx) { tx.set_meta(name, "1"); };
}

// Writes all of `works`, which share one group, and returns what each was answered.
std::vector<Answer> write_together(OwnLedger& own, const std::vector<ports::LedgerWork>& works) {
  boost::asio::io_context context;
  async::TaskGroup group(context.get_executor(), static_cast<int>(works.size()) + 1);
  Gate gate;
  Answer first;
  std::vector<Answer> answers(works.size());
  group.start(write_and_look(own, gate.work(), "gate", first));
  context.poll();
  REQUIRE(gate.reached.get_future().wait_for(deadline) == std::future_status::ready);
  for (std::size_t i = 0; i < works.size(); ++i) {
    group.start(write_and_look(own, works[i], "w" + std::to_string(i), answers[i]));
  }
  context.restart();
  context.poll();
  gate.opened.set_value();
  async::run_to_end(context, group.join());
  CHECK(first.thrown.empty());
  CHECK(first.result.has_value());
  return answers;
}

TEST_CASE("group commit: what gathers is one commit, and on disk when it is answered") {
  OwnLedger own(Executor::thread);
  constexpr int count = 500;
  std::vector<ports::LedgerWork> works;
  works.reserve(count);
  for (int i = 0; i < count; ++i) works.push_back(note("w" + std::to_string(i)));
  const int before = commits_in(log_of(own));
  REQUIRE(before > 0);  // the migration's
  const auto answers = write_together(own, works);
  CHECK(commits_in(log_of(own)) - before == 2);  // the gate's, and one for all
  for (const Answer& answer : answers) {
    CHECK(answer.result.has_value());
    CHECK(answer.on_disk == "1");
  }
}

TEST_CASE("group commit: nothing is seen before its commit") {
  for (const Executor executor : {Executor::inline_, Executor::thread}) {
    OwnLedger own(executor);
    in(*own.ledger, [&](auto& tx) {
      tx.set_meta("name", "1");
      CHECK_FALSE(meta_on_disk(own.file, "name").has_value());
    });
    CHECK(meta_on_disk(own.file, "name") == "1");
  }
}

TEST_CASE("L20 group commit: work that throws undoes itself alone") {
  OwnLedger own(Executor::thread);
  std::vector<ports::LedgerWork> works;
  for (int i = 0; i < 9; ++i) works.push_back(note("w" + std::to_string(i)));
  works[3] = [](ports::LedgerTx& tx) {
    tx.set_meta("w3", "1");
    throw std::runtime_error("our bug");
  };
  works[6] = [](ports::LedgerTx& tx) {  // a constraint that fails inside SQLite
    tx.set_meta("w6", "1");
    tx.add_attempt(ports::Attempt{});
  };
  const auto answers = write_together(own, works);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(i);
    const bool threw = i == 3 || i == 6;
    CHECK(answers[i].thrown.empty() != threw);
    CHECK(answers[i].on_disk.has_value() != threw);
  }
  CHECK(answers[3].thrown == "our bug");
}

TEST_CASE("group commit: a full disk fails the whole group and nothing before it") {
  for (const Executor executor : {Executor::inline_, Executor::thread}) {
    OwnLedger own(executor);
    in(*own.ledger, note("before"));
    const ports::LedgerWork large = [](ports::LedgerTx& tx) {
      tx.set_meta("large", std::string(1'000'000, 'x'));
    };
    Result<void> result;
    {
      const FullDisk full(std::filesystem::file_size(log_of(own)) + 50'000);
      result = try_in(*own.ledger, large);
    }
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().fault == Fault::store);
    CHECK(meta_on_disk(own.file, "before") == "1");
    CHECK_FALSE(meta_on_disk(own.file, "large").has_value());
    in(*own.ledger, note("after"));  // there is room again
    CHECK(meta_on_disk(own.file, "after") == "1");
  }
}

TEST_CASE("group commit: one work too large takes its whole group with it") {
  const testing::Scratch folder;
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, migrations(), noon).has_value());
  ports::AuditHead known;
  const auto run = [&](const std::vector<ports::LedgerWork>& works) {
    std::vector<Job> jobs(works.size());
    Group group;
    for (std::size_t i = 0; i < works.size(); ++i) {
      jobs[i].work = works[i];
      group.jobs.push_back(&jobs[i]);
    }
    run_group(database, group, known);
    return jobs;
  };
  CHECK(run({note("before")})[0].result.has_value());
  const int pages = database.raw().execAndGet("PRAGMA page_count").getInt();
  database.raw().exec("PRAGMA max_page_count = " + std::to_string(pages + 4));
  const ports::LedgerWork large = [](ports::LedgerTx& tx) {
    tx.set_meta("large", std::string(100'000, 'x'));
  };
  for (const Job& job : run({note("w0"), large, note("w2")})) {
    REQUIRE_FALSE(job.result.has_value());
    CHECK(job.result.error().fault == Fault::store);
    CHECK_FALSE(job.thrown);
  }
  for (const char* name : {"w0", "large", "w2"}) {
    CHECK_FALSE(meta_on_disk(folder / "ledger.db", name).has_value());
  }
  CHECK(meta_on_disk(folder / "ledger.db", "before") == "1");
  CHECK(run({note("small")})[0].result.has_value());
}

TEST_CASE("L23 the write lock is taken before the first read") {
  OwnLedger own;
  SQLite::Database other(own.file.string(), SQLite::OPEN_READWRITE);
  in(*own.ledger, [&](auto& tx) {
    CHECK_FALSE(tx.meta("name").has_value());  // nothing has been written yet …
    CHECK_THROWS_WITH_AS(other.exec("BEGIN IMMEDIATE"), doctest::Contains("locked"),
                         SQLite::Exception);
    tx.set_meta("name", "1");  // … so this upgrade cannot fail
  });
  CHECK_NOTHROW(other.exec("BEGIN IMMEDIATE; ROLLBACK"));
}

TEST_CASE("L23 a write waits for the transaction of another process") {
  OwnLedger own(Executor::thread);
  SQLite::Database other(own.file.string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE; INSERT INTO meta VALUES ('other', '1')");
  std::atomic<bool> began = false;
  const ports::LedgerWork work = [&](ports::LedgerTx& tx) {
    began = true;
    CHECK(tx.meta("other") == "1");
    tx.set_meta("ours", "1");
  };
  boost::asio::io_context context;
  async::TaskGroup group(context.get_executor(), 1);
  Answer answer;
  group.start(write_and_look(own, work, "ours", answer));
  context.poll();
  CHECK_FALSE(began);
  other.exec("COMMIT");
  async::run_to_end(context, group.join());
  CHECK(answer.result.has_value());
  CHECK(answer.on_disk == "1");
}

TEST_CASE("X1: nothing is written to a ledger that was put in the place of the one that is open") {
  OwnLedger own;
  OwnLedger older;
  const auto audit = [](ports::LedgerTx& tx) {
    tx.add_audit({noon, std::nullopt, put(tx, "S-1"), "event", "", "", ""});
  };
  in(*own.ledger, audit);
  // As `.restore` does it: into the file that is open.
  SQLite::Database(own.file.string(), SQLite::OPEN_READWRITE)
      .backup(older.file.c_str(), SQLite::Database::Load);
  const auto refused = own.ledger->write_now(audit);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().fault == Fault::away);
  CHECK(read_mark(own.file)->rows == 1);
  in(*older.ledger, [](ports::LedgerTx& tx) { CHECK(tx.audit_head().rows == 0); });
}

TEST_CASE("X1: nor to the old one, once another file has its name") {
  OwnLedger own;
  OwnLedger other;
  in(*own.ledger, note("before"));
  std::filesystem::rename(other.file, own.file);
  const auto refused = own.ledger->write_now(note("after"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().fault == Fault::away);
  std::filesystem::remove(own.file);
  CHECK_FALSE(own.ledger->write_now(note("after")).has_value());
}

TEST_CASE("a lock that nobody gives back is busy, and nothing was done") {
  const testing::Scratch folder;
  Database database(folder / "ledger.db", Access::read_write);
  REQUIRE(migrate(database, migrations(), noon).has_value());
  database.raw().setBusyTimeout(1);
  SQLite::Database other((folder / "ledger.db").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::vector<Job> jobs(3);
  for (Job& job : jobs) job.work = note("name");
  std::size_t next = 1;
  Group group{{&jobs[0]}, [&](Next which) {
                CHECK(which == Next::who_was_there);
                return next < jobs.size() ? &jobs[next++] : nullptr;
              }};
  ports::AuditHead known;
  run_group(database, group, known);
  // Those who would have been in it do not wait for it one after the other.
  for (const Job& job : jobs) {
    REQUIRE_FALSE(job.result.has_value());
    CHECK(job.result.error().fault == Fault::busy);
  }
  other.exec("COMMIT");
  CHECK_FALSE(meta_on_disk(folder / "ledger.db", "name").has_value());
}

TEST_CASE("the store's thread finishes what is queued before it ends") {
  OwnLedger own(Executor::thread);
  boost::asio::io_context context;
  async::TaskGroup group(context.get_executor(), 20);
  std::vector<Result<void>> results(20);
  for (std::size_t i = 0; i < results.size(); ++i) {
    group.start(write_into(*own.ledger, note("w" + std::to_string(i)), results[i]));
  }
  context.poll();
  own.ledger.reset();
  for (int i = 0; i < 20; ++i) {
    CHECK(meta_on_disk(own.file, "w" + std::to_string(i)) == "1");
  }
  async::run_to_end(context, group.join());
}

}  // namespace
}  // namespace recycled::store
