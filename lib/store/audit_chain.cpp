#include "store/audit_chain.hpp"

#include "crypto/digest.hpp"
#include "ports/events.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {

bool is_claim(const ports::AuditRow& row) {
  return row.recovery && row.event == ports::row_of(ports::EventName::recovery_claimed).text;
}

std::string digest_of_claim(Connection& connection, RecoveryKey key) {
  constexpr int columns_of_a_claim = 14;
  auto& query = connection.prepared(
      "SELECT subscription_key, sale_key, kind, order_id, cycle, round, reattempt,"
      " provider_gateway, return_gateway, return_card, amount, currency, claimed_at, expires_at"
      " FROM recovery WHERE key = ?");
  Binder(query) << key;
  std::string text;
  if (query.step()) {
    for (int column = 0; column < columns_of_a_claim; ++column) {
      text += ports::prefixed(std::string(query.text(column)));
    }
  }
  query.reset();
  return text.empty() ? text : crypto::to_hex(crypto::sha256(text));
}

std::string digest_of_claim(const ports::NewRecovery& fresh) {
  const billing::Recovery& recovery = fresh.recovery;
  const auto* subscription = std::get_if<SubscriptionKey>(&fresh.subject);
  const auto* sale = std::get_if<SaleKey>(&fresh.subject);
  const auto of = [](const auto* key) { return key ? std::to_string(key->value()) : ""; };
  std::string text;
  for (const std::string& part :
       {of(subscription), of(sale), std::string(to_text(recovery.kind)), recovery.order.str(),
        std::to_string(recovery.cycle), std::to_string(recovery.round),
        std::to_string(recovery.reattempt), recovery.provider_gateway.str(),
        recovery.return_gateway.str(), recovery.return_card, std::to_string(recovery.amount.minor),
        std::string(recovery.amount.currency.code()),
        std::to_string(to_millis(recovery.claimed_at)),
        std::to_string(to_millis(recovery.expires_at))}) {
    text += ports::prefixed(part);
  }
  return crypto::to_hex(crypto::sha256(text));
}

ports::ChainedRow read_chained(Columns& in) {
  ports::ChainedRow link;
  link.key = in.integer();
  link.row.at = in.instant();
  // A null key reads as 0, which no row has.
  if (const auto recovery = in.integer(); recovery != 0) link.row.recovery = RecoveryKey(recovery);
  link.row.subject = in.subject();
  link.row.event = in.text();
  link.row.before = in.text();
  link.row.after = in.text();
  link.row.reason = in.text();
  link.claim = in.text();
  link.hash = in.text();
  return link;
}

ports::AuditHead stored_head(Connection& connection) {
  auto& query = connection.prepared("SELECT rows, hash FROM audit_head");
  ports::AuditHead head;
  if (query.step()) {
    Columns in(query);
    head.rows = in.integer();
    head.hash = in.text();
  }
  query.reset();
  if (head.rows == 0) {
    const auto installation = SqlTx(connection).meta("installation");
    head.hash = ports::origin_of_chain(InstallationId(installation.value_or("")));
  }
  return head;
}

void put_head(Connection& connection, const ports::AuditHead& head) {
  auto& put = connection.prepared(
      "INSERT INTO audit_head (\"only\", rows, hash) VALUES (1, ?, ?)"
      " ON CONFLICT (\"only\") DO UPDATE SET rows = excluded.rows, hash = excluded.hash");
  Binder(put) << head.rows << head.hash;
  put.run();
}

void chain_older_rows(Connection& connection) {
  // A ledger that has its chain is opened without a lock that writes.
  if (stored_head(connection).rows > 0) return;
  Transaction transaction(connection, Access::read_write);
  ports::AuditHead head = stored_head(connection);
  if (head.rows > 0) return;
  auto& rows = connection.prepared("SELECT " CHAINED_COLUMNS " FROM audit ORDER BY key");
  while (rows.step()) {
    Columns in(rows);
    ports::ChainedRow link = read_chained(in);
    if (is_claim(link.row)) link.claim = digest_of_claim(connection, *link.row.recovery);
    head = {link.key, ports::link_after(head.hash, link)};
    auto& update = connection.prepared("UPDATE audit SET claim = ?, hash = ? WHERE key = ?");
    Binder(update) << link.claim << head.hash << link.key;
    update.run();
  }
  if (head.rows == 0) return;
  put_head(connection, head);
  transaction.commit();
}

}  // namespace recycled::store
