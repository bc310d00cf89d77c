// Which file a ledger is, and how far it had come.
#include "store/mark.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

TEST_CASE("a file keeps its identity when it is written and renamed, and a copy has its own") {
  const testing::Scratch folder;
  const fs::path file = folder / "a.db";
  CHECK(identity_of(file).empty());
  write(file, "one");
  const std::string identity = identity_of(file);
  CHECK_FALSE(identity.empty());
  write(file, "another");
  CHECK(identity_of(file) == identity);
  fs::rename(file, folder / "b.db");
  CHECK(identity_of(folder / "b.db") == identity);
  fs::copy_file(folder / "b.db", file);
  CHECK(identity_of(file) != identity);
}

TEST_CASE("a mark says what was written last, whatever its length, and rubbish says nothing") {
  const testing::Scratch folder;
  const fs::path ledger = folder / "a.db";
  CHECK_FALSE(read_mark(ledger).has_value());
  Mark mark(ledger);
  const ports::AuditHead far{1234567, std::string(64, 'a')};
  const ports::AuditHead back{7, std::string(64, 'b')};
  mark.set(far);
  CHECK(read_mark(ledger) == far);
  mark.set(back);
  CHECK(read_mark(ledger) == back);
  Mark(ledger).set(far);  // of another process
  CHECK(read_mark(ledger) == far);
  const std::string title = "recycled: how far this ledger had come\n";
  write(ledger.string() + ".mark", title + "2 a 2\n");
  CHECK(read_mark(ledger) == ports::AuditHead{2, "a"});
  for (const std::string& rubbish :
       {std::string(), std::string("rubbish\n2 a 2\n"), title + "2 a", title + "3 b 2\n"}) {
    write(ledger.string() + ".mark", rubbish);
    CHECK_FALSE(read_mark(ledger).has_value());
  }
}

TEST_CASE("a ledger's mark follows what is durable, and nothing that was undone") {
  OwnLedger own;
  CHECK_FALSE(read_mark(own.file).has_value());
  ports::AuditHead head;
  in(*own.ledger, [&](ports::LedgerTx& tx) {
    tx.add_audit({from_millis(1), std::nullopt, put(tx, "S-1"), "event", "", "", ""});
    head = tx.audit_head();
  });
  CHECK(read_mark(own.file) == head);
  in(*own.ledger, [](ports::LedgerTx& tx) { put(tx, "S-2"); });
  CHECK(read_mark(own.file) == head);
  const auto fails = [](ports::LedgerTx& tx) {
    tx.add_audit({from_millis(1), std::nullopt, put(tx, "S-1"), "event", "", "", ""});
    throw std::runtime_error("on purpose");
  };
  CHECK_THROWS(static_cast<void>(own.ledger->write_now(fails)));
  CHECK(read_mark(own.file) == head);
  in(*own.ledger, [&](ports::LedgerTx& tx) {
    CHECK(tx.audit_hash(head.rows) == head.hash);
    CHECK_FALSE(tx.audit_hash(head.rows + 1).has_value());
  });
}

TEST_CASE("a ledger that goes with its connection leaves no mark") {
  auto ledger = SqliteLedger::open(in_memory, Executor::inline_, from_millis(0));
  REQUIRE(ledger.has_value());
  in(**ledger, [](ports::LedgerTx& tx) {
    tx.add_audit({from_millis(1), std::nullopt, put(tx, "S-1"), "event", "", "", ""});
  });
  CHECK_FALSE(fs::exists(in_memory.string() + ".mark"));
}

}  // namespace
}  // namespace recycled::store
