// The audit rows as a chain: each insert is a link, whatever a transaction undoes, and the rows of
// an older ledger become one when it is opened.
#include "ports/audit_chain.hpp"

#include <algorithm>
#include <stdexcept>

#include "store/database.hpp"
#include "store/inspection.hpp"
#include "store/migrate.hpp"
#include "store/sql_tx.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

struct Chain {
  ports::AuditHead head;
  std::vector<ports::ChainedRow> rows;
  bool holds = true;  // every row, and the head
};

Chain chain_of(const std::filesystem::path& file) {
  Chain chain;
  const auto read = inspect_ledger(file, [&chain](ports::LedgerInspector& ledger) {
    chain.head = ledger.audit_head();
    std::string before = ports::origin_of_chain(InstallationId(ledger.installation()));
    ledger.each_audit([&](const ports::ChainedRow& row) {
      const std::string link = ports::link_after(before, row);
      chain.holds = chain.holds && link == row.hash;
      before = link;
      chain.rows.push_back(row);
    });
    chain.holds = chain.holds && before == chain.head.hash;
  });
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  return chain;
}

ports::AuditRow row_of(SubscriptionKey subject, std::optional<RecoveryKey> recovery = {}) {
  return {noon, recovery, subject, recovery ? "recovery.claimed" : "event", "", "intended", "why"};
}

// As a ledger of the version before the chain stands on the disk.
std::filesystem::path older_ledger(const testing::Scratch& folder, int rows) {
  auto file = folder / "older.db";
  std::vector<Migration> steps = migrations();
  steps.erase(
      std::find_if(steps.begin(), steps.end(),
                   [](const Migration& step) { return step.name.ends_with("audit_chain"); }),
      steps.end());
  Database database(file, Access::read_write);
  REQUIRE(migrate(database, steps, noon).has_value());
  SqlTx tx(database);
  tx.set_meta("installation", "ours");
  put(tx, "S-1");
  database.raw().exec(
      "INSERT INTO recovery (kind, subscription_key, order_id, cycle, round, reattempt,"
      " provider_gateway, return_gateway, return_card, amount, currency, state, reason, step,"
      " next_at, sending, tries, inquiries, has_left, claimed_at, expires_at, unsent_until,"
      " refund_due, late, refunded, charged_back) VALUES ('recycle', 1, 'O-1', 5, 1, 4, 'ff',"
      " 'bank', 'card', 100, 'USD', 'intended', 'none', 'send', 1, 1, 0, 0, 0, 1, 2, 1, 0, 0, 0,"
      " 0)");
  for (int row = 0; row < rows; ++row) {
    database.raw().exec(
        "INSERT INTO audit (at, subscription_key, recovery_key, event, before, after, reason)"
        " VALUES (1, 1, 1, 'recovery.claimed', '', 'intended', 'older')");
  }
  return file;
}

}  // namespace

TEST_CASE("audit chain: a ledger of before it says that what is asked for is not there") {
  const testing::Scratch folder;
  const auto file = older_ledger(folder, 3);
  const auto ask = [](ports::LedgerReader& ledger) { ledger.audit_hash(3); };
  const auto read = read_ledger(file, ask, Schema::any);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().fault == Fault::not_found);
}

TEST_CASE("audit chain: the rows are numbered and linked, and a claim is digested") {
  OwnLedger own;
  in(*own.ledger, [](ports::LedgerTx& tx) {
    tx.set_meta("installation", "ours");
    const auto subject = put(tx, "S-1");
    CHECK(tx.audit_head() == ports::AuditHead{0, ports::origin_of_chain(InstallationId("ours"))});
    tx.add_audit(row_of(subject));
    tx.add_audit(row_of(subject, put_recovery(tx, subject, plain_recovery("O-1"))));
  });
  const Chain chain = chain_of(own.file);
  CHECK(chain.holds);
  REQUIRE(chain.rows.size() == 2);
  CHECK(chain.head.rows == 2);
  CHECK(chain.rows[0].claim.empty());
  CHECK(chain.rows[1].claim.size() == 64);
}

TEST_CASE("audit chain: what a transaction undoes leaves no gap") {
  OwnLedger own;
  in(*own.ledger, [](ports::LedgerTx& tx) { tx.add_audit(row_of(put(tx, "S-1"))); });
  const auto fails = [](ports::LedgerTx& tx) {
    tx.add_audit(row_of(put(tx, "S-1")));
    throw std::runtime_error("on purpose");
  };
  CHECK_THROWS_AS(in(*own.ledger, fails), std::runtime_error);
  in(*own.ledger, [](ports::LedgerTx& tx) { tx.add_audit(row_of(put(tx, "S-1"))); });
  const Chain chain = chain_of(own.file);
  CHECK(chain.holds);
  CHECK(chain.head.rows == 2);
}

TEST_CASE("audit chain: two rows alike have different hashes, and lengths cannot be shifted") {
  ports::ChainedRow link{1, row_of(SubscriptionKey(1)), "", ""};
  const std::string first = ports::link_after("", link);
  CHECK(first != ports::link_after(first, link));
  ports::ChainedRow shifted = link;
  shifted.row.before = "i";
  shifted.row.after = "ntended";
  CHECK(first != ports::link_after("", shifted));
  ports::ChainedRow of_sale = link;
  of_sale.row.subject = SaleKey(1);
  CHECK(first != ports::link_after("", of_sale));
}

TEST_CASE("audit chain: the rows of an older ledger become one at its first opening, once") {
  const testing::Scratch folder;
  const auto file = older_ledger(folder, 3);
  REQUIRE(SqliteLedger::open(file, Executor::inline_, noon).has_value());
  const Chain chain = chain_of(file);
  CHECK(chain.holds);
  CHECK(chain.head.rows == 3);
  CHECK(chain.rows[2].claim.size() == 64);
  auto again = SqliteLedger::open(file, Executor::inline_, noon);
  REQUIRE(again.has_value());
  in(**again, [](ports::LedgerTx& tx) { tx.add_audit(row_of(SubscriptionKey(1))); });
  CHECK(chain_of(file).holds);
  CHECK(chain_of(file).head.rows == 4);
}

TEST_CASE("audit chain: an older ledger that died between its migration and its chain gets it") {
  const testing::Scratch folder;
  const auto file = older_ledger(folder, 3);
  {
    Database database(file, Access::read_write);
    REQUIRE(migrate(database, migrations(), noon).has_value());
  }
  CHECK_FALSE(chain_of(file).holds);
  REQUIRE(SqliteLedger::open(file, Executor::inline_, noon).has_value());
  CHECK(chain_of(file).holds);
}

TEST_CASE("audit chain: a row without a hash is refused, and one with a hash stays") {
  OwnLedger own;
  in(*own.ledger, [](ports::LedgerTx& tx) { tx.add_audit(row_of(put(tx, "S-1"))); });
  Database database(own.file, Access::read_write);
  for (const char* sql :
       {"INSERT INTO audit (at, subscription_key, event, before, after, reason)"
        " VALUES (1, 1, 'e', '', '', '')",
        "UPDATE audit SET reason = 'x'", "UPDATE audit SET hash = NULL", "DELETE FROM audit"}) {
    CAPTURE(sql);
    CHECK_THROWS_AS(database.raw().exec(sql), SQLite::Exception);
  }
}

}  // namespace recycled::store
