// What ended long ago is pruned here (lessons.md 26). The statements that look for it repeat the
// words of their partial indexes, so that a step costs what it takes away and what waits for a
// person, never what is stored. A row that becomes shorter is replaced, not updated: SQLite joins
// half-empty pages after a deletion alone, and only a page that is free as a whole is used again.
#include "store/retention.hpp"

#include <vector>

#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

// What another one prunes at the same time is passed over.
constexpr Sql recoveries_now{RECOVERIES_TO_PRUNE, RECOVERIES_TO_PRUNE " FOR UPDATE SKIP LOCKED"};
constexpr Sql callbacks_now{CALLBACKS_TO_PRUNE, CALLBACKS_TO_PRUNE " FOR UPDATE OF c SKIP LOCKED"};

template <class Key>
std::vector<Key> keys_of(Statement& query) {
  std::vector<Key> keys;
  while (query.step()) keys.push_back(Columns(query).key<Key>());
  query.reset();
  return keys;
}

void prune_events(Connection& connection, RecoveryKey of) {
  auto& query = connection.prepared(events_to_prune);
  Binder(query) << of;
  for (const OutboxKey key : keys_of<OutboxKey>(query)) {
    auto& deliveries = connection.prepared("DELETE FROM delivery WHERE outbox_key = ?");
    Binder(deliveries) << key;
    deliveries.run();
    auto& event = connection.prepared("DELETE FROM outbox WHERE key = ?");
    Binder(event) << key;
    event.run();
  }
}

void prune_recovery(Connection& connection, RecoveryKey key, Instant now) {
  auto& mark = connection.prepared("UPDATE recovery SET pruned_at = ? WHERE key = ?");
  Binder(mark) << now << key;
  mark.run();
  // Its hash stays: whoever has a copy of the request can still show that it is the one.
  // SQLite joins pages that are half empty where a row goes, and not where it shrinks.
  auto& request = connection.prepared(
      Sql{"REPLACE INTO request (recovery_key, sha256, body)"
          " SELECT recovery_key, sha256, '' FROM request WHERE recovery_key = ?",
          "UPDATE request SET body = '' WHERE recovery_key = ?"});
  Binder(request) << key;
  request.run();
  // In SQLite a trigger keeps all UPDATEs from this table, and from that of callbacks.
  auto& attempts = connection.prepared(
      Sql{"REPLACE INTO attempt (key, recovery_key, started_at, took, step, outcome, detail)"
          " SELECT key, recovery_key, started_at, took, step, outcome, '' FROM attempt"
          " WHERE recovery_key = ? AND detail <> ''",
          "UPDATE attempt SET detail = '' WHERE recovery_key = ? AND detail <> ''"});
  Binder(attempts) << key;
  attempts.run();
  prune_events(connection, key);
}

std::int64_t prune_recoveries(Connection& connection, Instant before, Instant now, int limit) {
  auto& query = connection.prepared(recoveries_now);
  Binder(query) << before << limit;
  const auto keys = keys_of<RecoveryKey>(query);
  for (const RecoveryKey key : keys) prune_recovery(connection, key, now);
  return std::ssize(keys);
}

std::int64_t prune_callbacks(Connection& connection, Instant before, Instant now, int limit) {
  auto& query = connection.prepared(callbacks_now);
  Binder(query) << before << limit;
  const auto keys = keys_of<CallbackKey>(query);
  for (const CallbackKey key : keys) {
    auto& replace = connection.prepared(Sql{
        "REPLACE INTO callback (key, received_at, nonce, event, order_id, provider_order, headers,"
        " body, signers, result, pruned_at)"
        " SELECT key, received_at, nonce, event, order_id, provider_order, '', x'', signers,"
        " result, ? FROM callback WHERE key = ?",
        "UPDATE callback SET pruned_at = ?, headers = '', body = '' WHERE key = ?"});
    Binder(replace) << now << key;
    replace.run();
  }
  return std::ssize(keys);
}

// The newest run is what the next one asks for.
#define RUNS_TO_FORGET(key)                                                                  \
  "DELETE FROM run WHERE " key " IN (SELECT " key " FROM (SELECT " key                       \
  ", started_at FROM run ORDER BY " key " LIMIT ?) AS oldest WHERE started_at < ?) AND " key \
  " < (SELECT max(" key ") FROM run)"
std::int64_t prune_runs(Connection& connection, Instant before, int limit) {
  auto& forget = connection.prepared(Sql{RUNS_TO_FORGET("rowid"), RUNS_TO_FORGET("key")});
  Binder(forget) << limit << before;
  return forget.run_and_count();
}

}  // namespace

ports::Pruned SqlTx::prune(Instant before, Instant now, int limit) {
  ports::Pruned pruned;
  pruned.recoveries = prune_recoveries(connection_, before, now, limit);
  pruned.callbacks = prune_callbacks(connection_, before, now, limit);
  pruned.runs = prune_runs(connection_, before, limit);
  return pruned;
}

int SqlTx::forget_nonces(Instant before, int limit) {
  auto& forget = connection_.prepared(
      "DELETE FROM nonce WHERE nonce IN"
      " (SELECT nonce FROM nonce WHERE seen_at < ? ORDER BY seen_at LIMIT ?)");
  Binder(forget) << before << limit;
  return forget.run_and_count();
}

}  // namespace recycled::store
