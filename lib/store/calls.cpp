// Whose the calls under way are: a row for each, of the process that makes it.
#include "store/rows.hpp"
#include "store/sql_tx.hpp"
#include "store/workers.hpp"

namespace recycled::store {
namespace {

std::vector<RecoveryKey> keys_in(Statement& statement) {
  return read_all(statement, [](Columns& in) { return in.key<RecoveryKey>(); });
}

// A file is one process's, so whatever another one held is nobody's.
#define TAKE_OVER(whose)                                  \
  "UPDATE call SET worker_key = ?1 WHERE recovery_key IN" \
  " (SELECT recovery_key FROM call AS c WHERE c.worker_key <> ?1" whose ") RETURNING recovery_key"
#define OF_THE_GONE                                                        \
  " AND NOT EXISTS (SELECT 1 FROM worker AS w WHERE w.key = c.worker_key)" \
  " ORDER BY c.recovery_key LIMIT ?2 FOR UPDATE SKIP LOCKED"

}  // namespace

// Elsewhere a row would be a round trip.
std::vector<RecoveryKey> SqlTx::hold_calls(const std::vector<RecoveryKey>& keys) {
  if (keys.empty()) return {};
  if (connection_.dialect() != Dialect::sqlite) {
    auto& hold = connection_.prepared(
        "INSERT INTO call (recovery_key, worker_key) SELECT unnest(?1::text::bigint[]), ?2"
        " ON CONFLICT DO NOTHING RETURNING recovery_key");
    Binder(hold) << as_array(keys) << connection_.worker();
    return keys_in(hold);
  }
  std::vector<RecoveryKey> held;
  for (const RecoveryKey key : keys) {
    auto& hold = connection_.prepared(
        "INSERT INTO call (recovery_key, worker_key) VALUES (?, ?) ON CONFLICT DO NOTHING");
    Binder(hold) << key << connection_.worker();
    if (hold.run_and_count() == 1) held.push_back(key);
  }
  return held;
}

void SqlTx::let_go(RecoveryKey key) {
  auto& forget = connection_.prepared("DELETE FROM call WHERE recovery_key = ? AND worker_key = ?");
  Binder(forget) << key << connection_.worker();
  forget.run();
}

std::vector<RecoveryKey> SqlTx::take_over_calls(int limit) {
  if (connection_.dialect() != Dialect::sqlite) {
    auto& look = connection_.prepared(
        "SELECT EXISTS (SELECT 1 FROM worker WHERE alive_until < server_now() AND key <> ?)"
        " OR EXISTS (SELECT 1 FROM call AS c WHERE NOT EXISTS"
        " (SELECT 1 FROM worker AS w WHERE w.key = c.worker_key))");
    Binder(look) << connection_.worker();
    look.step();
    const bool is_any = look.integer(0) == 1;
    look.reset();
    if (!is_any) return {};
    forget_the_silent(connection_);
  }
  auto& take = connection_.prepared(Sql{TAKE_OVER(" LIMIT ?2"), TAKE_OVER(OF_THE_GONE)});
  Binder(take) << connection_.worker() << limit;
  return keys_in(take);
}

}  // namespace recycled::store
