// What is open now, each from an index that holds the open rows alone.
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {

std::int64_t SqlTx::waiting_for_person() {
  auto& waiting = connection_.prepared(
      "SELECT (SELECT count(*) FROM recovery WHERE state = 'parked')"
      " + (SELECT count(*) FROM delivery WHERE state = 'dead')"
      " + (SELECT count(*) FROM inbox WHERE next_at IS NULL"
      " AND result IN ('unmatched', 'failed', 'unreadable'))"
      " + (SELECT count(*) FROM pause WHERE gateway <> '' AND word = 'paused'"
      " AND key IN (SELECT max(key) FROM pause GROUP BY gateway))");
  ensure(waiting.step(), "a count returns its row");
  const std::int64_t count = Columns(waiting).integer();
  waiting.reset();
  return count;
}

ports::Backlog SqlTx::backlog() {
  ports::Backlog backlog;
  auto& open = connection_.prepared(
      "SELECT state, count(*), min(claimed_at) FROM recovery WHERE ended IS NULL GROUP BY state");
  while (open.step()) {
    Columns in(open);
    const auto state = in.word(billing::parse_recovery_state);
    backlog.open[state] = in.integer();
    const Instant claimed = in.instant();
    backlog.oldest_claim = std::min(backlog.oldest_claim.value_or(claimed), claimed);
  }
  open.reset();
  auto& rest = connection_.prepared(
      "SELECT (SELECT received_at FROM callback ORDER BY key DESC LIMIT 1),"
      " (SELECT count(*) FROM inbox WHERE next_at IS NOT NULL),"
      " (SELECT count(*) FROM delivery WHERE state = 'waiting'),"
      " (SELECT min(queued_at) FROM delivery WHERE state = 'waiting')");
  ensure(rest.step(), "a count returns its row");
  Columns in(rest);
  backlog.last_callback = in.maybe_instant();
  backlog.callbacks = in.integer();
  backlog.deliveries = in.integer();
  backlog.oldest_delivery = in.maybe_instant();
  rest.reset();
  backlog.waiting_for_person = waiting_for_person();
  return backlog;
}

}  // namespace recycled::store
