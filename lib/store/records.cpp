// What is kept in the order of the commits: the audit trail, each row of which is chained to the
// one before it, and the outbox, which its readers follow by key. Both are gathered and written
// last, so that of several that write at the same time each waits for the others here alone, and
// not over all that it does.
#include "base/card_number.hpp"
#include "base/utf8.hpp"
#include "store/audit_chain.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

// From here to the commit one alone adds to them; whoever reads does not wait.
void wait_for_turn(Connection& connection) {
  if (connection.dialect() == Dialect::sqlite) return;  // there one alone writes anyway
  connection.prepared("LOCK TABLE audit_head IN EXCLUSIVE MODE").run();
}

void insert(Connection& connection, const ports::OutboxRow& row) {
  auto& insert = connection.prepared(
      "INSERT INTO outbox (at, type, subscription_key, sale_key, recovery_key, amount, currency,"
      " gateway, next_bill_on, rebill_with, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  std::optional<std::int64_t> minor;
  std::optional<Currency> currency;
  if (row.amount) {
    minor = row.amount->minor;
    currency = row.amount->currency;
  }
  Binder(insert) << row.at << row.type << row.subject << row.recovery << minor << currency
                 << row.gateway << row.next_bill_on << to_text(row.rebill_with) << row.reason;
  insert.run();
}

void insert(Connection& connection, const ports::ChainedRow& link) {
  auto& insert = connection.prepared(
      "INSERT INTO audit (key, at, subscription_key, sale_key, recovery_key, event, before, after,"
      " reason, claim, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const ports::AuditRow& row = link.row;
  Binder(insert) << link.key << row.at << row.subject << row.recovery << row.event << row.before
                 << row.after << row.reason << link.claim << link.hash;
  insert.run();
}

}  // namespace

ports::AuditHead SqlTx::audit_head() {
  write_gathered();
  return new_head_ ? *new_head_ : stored_head(connection_);
}

std::optional<std::string> SqlTx::audit_hash(std::int64_t row) {
  auto& query = connection_.prepared("SELECT hash FROM audit WHERE key = ?");
  Binder(query) << row;
  std::optional<std::string> hash;
  if (query.step()) hash = Columns(query).text();
  query.reset();
  return hash;
}

std::pair<std::string, std::string> SqlTx::moved_to_and_hash(std::int64_t row) {
  auto& query = connection_.prepared(
      "SELECT coalesce((SELECT value FROM meta WHERE name = 'moved_to'), ''),"
      " coalesce((SELECT hash FROM audit WHERE key = ?), '')");
  Binder(query) << row;
  ensure(query.step(), "a SELECT without a table has its row");
  Columns in(query);
  std::string where = in.text();
  std::string hash = in.text();
  query.reset();
  return {std::move(where), std::move(hash)};
}

void SqlTx::add_audit(const ports::AuditRow& row) {
  Record record{row, ""};
  record.row.reason = hide_card_numbers(row.reason);
  // The chain is of what is stored.
  if (connection_.dialect() != Dialect::sqlite) {
    record.row.reason = as_plain_utf8(record.row.reason);
  }
  if (is_claim(row)) {
    const bool is_last = last_claim_.key == *row.recovery;
    record.claim = is_last ? last_claim_.digest : digest_of_claim(connection_, *row.recovery);
  }
  audit_.push_back(std::move(record));
}

void SqlTx::add_outbox(const ports::OutboxRow& row) { outbox_.push_back(row); }

void SqlTx::write_gathered() {
  if (audit_.empty() && outbox_.empty()) return;
  wait_for_turn(connection_);
  for (const ports::OutboxRow& row : outbox_) insert(connection_, row);
  outbox_.clear();
  if (audit_.empty()) return;
  ports::AuditHead head = new_head_ ? *new_head_ : stored_head(connection_);
  for (Record& record : audit_) {
    ports::ChainedRow link{head.rows + 1, std::move(record.row), std::move(record.claim), ""};
    link.hash = ports::link_after(head.hash, link);
    insert(connection_, link);
    head = {link.key, link.hash};
  }
  audit_.clear();
  new_head_ = head;
}

void SqlTx::write_records() {
  write_gathered();
  if (new_head_) put_head(connection_, *new_head_);
}

}  // namespace recycled::store
