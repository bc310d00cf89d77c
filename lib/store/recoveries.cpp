// The recovery table and the request bytes that belong to it.
#include "crypto/digest.hpp"
#include "store/audit_chain.hpp"
#include "store/progress.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

#define RECOVERY_FIELDS                                                                      \
  "r.key, r.subscription_key, r.sale_key, coalesce(s.id, o.subscription),"                   \
  " coalesce(o.id, ''), r.kind, r.order_id, r.cycle, r.round, r.reattempt,"                  \
  " r.provider_gateway, r.return_gateway, r.return_card, r.amount, r.currency, r.state,"     \
  " r.reason, r.step, r.next_at, r.sending, r.tries, r.inquiries, r.has_left, r.claimed_at," \
  " r.expires_at, r.unsent_until, r.left_by, r.provider_order, r.settled_at, r.refund_due,"  \
  " r.late, r.refunded, r.charged_back, r.told, r.pruned_at, s.status, o.status, s.cycle"
#define FROM_RECOVERY                                          \
  " FROM recovery AS r"                                        \
  " LEFT JOIN subscription AS s ON s.key = r.subscription_key" \
  " LEFT JOIN sale AS o ON o.key = r.sale_key "
// Of the subscription ?1 or the sale ?2.
#define OF_ITS_DECLINE(column)          \
  "coalesce((SELECT " column            \
  " FROM subscription WHERE key = ?1)," \
  " (SELECT " column " FROM sale WHERE key = ?2), '')"
#define RECOVERY_COLUMNS RECOVERY_FIELDS FROM_RECOVERY

ports::Standing read_standing(Columns& in) {
  ports::Standing standing;
  const auto subscription = in.maybe_text();
  const auto sale = in.maybe_text();
  standing.cycle = in.number();  // a null reads as 0
  if (subscription) standing.status = parsed(*subscription, billing::parse_subscription_status);
  if (sale) standing.status = parsed(*sale, billing::parse_sale_status);
  return standing;
}

ports::StoredRecovery read(Columns& in) {
  ports::StoredRecovery stored;
  billing::Recovery& recovery = stored.recovery;
  stored.key = in.key<RecoveryKey>();
  stored.subject = in.subject();
  stored.subscription = in.id<SubscriptionId>();
  stored.sale = in.id<SaleId>();
  recovery.kind = in.word(billing::parse_recovery_kind);
  recovery.order = in.id<OrderId>();
  recovery.cycle = in.number();
  recovery.round = in.number();
  recovery.reattempt = in.number();
  recovery.provider_gateway = in.id<GatewayId>();
  recovery.return_gateway = in.id<GatewayId>();
  recovery.return_card = in.text();
  recovery.amount.minor = in.integer();
  recovery.amount.currency = in.currency();
  recovery.state = in.word(billing::parse_recovery_state);
  recovery.reason = in.word(billing::parse_reason);
  recovery.step = in.word(billing::parse_step);
  recovery.next_at = in.maybe_instant();
  recovery.sending = in.number();
  recovery.tries = in.number();
  recovery.inquiries = in.number();
  recovery.left = in.flag();
  recovery.claimed_at = in.instant();
  recovery.expires_at = in.instant();
  recovery.unsent_until = in.instant();
  recovery.left_by = in.maybe_instant();
  if (const auto order = in.maybe_text()) recovery.provider_order = ProviderOrderId(*order);
  recovery.settled_at = in.maybe_instant();
  recovery.refund_due = in.flag();
  recovery.late = in.flag();
  recovery.refunded = in.flag();
  recovery.charged_back = in.flag();
  if (const auto told = in.maybe_text()) recovery.told = parsed(*told, billing::parse_reason);
  stored.pruned_at = in.maybe_instant();
  stored.standing = read_standing(in);
  return stored;
}

// Until the transaction ends, whose it is with it: what is decided about one goes by how both
// stand.
#define LOCK_WITH(owner, column)                                                               \
  "SELECT 1 FROM recovery AS r JOIN " owner " AS o ON o.key = r." owner "_key WHERE r." column \
  " = ? FOR NO KEY UPDATE"
#define LOCKS_BY(column) \
  { LOCK_WITH("subscription", column), LOCK_WITH("sale", column) }

struct Locks {
  const char* with_subscription;
  const char* with_sale;
};

template <class Id>
void lock(Connection& connection, const Locks& locks, const Id& id) {
  if (!connection.must_lock()) return;
  for (const char* sql : {locks.with_subscription, locks.with_sale}) {
    auto& lock = connection.prepared(sql);
    Binder(lock) << id;
    lock.run();
  }
}

// By hand, and not by a trigger: at each claim one would cost more than the row.
void take_from_queue(Connection& connection, const ports::NewRecovery& fresh) {
  const auto* subscription = std::get_if<SubscriptionKey>(&fresh.subject);
  if (subscription == nullptr) return;
  auto& take = connection.prepared(
      "DELETE FROM due WHERE subscription_key = ?1"
      " AND at = (SELECT due_at FROM subscription WHERE key = ?1 AND cycle = ?2)");
  Binder(take) << *subscription << fresh.recovery.cycle;
  take.run();
}

}  // namespace

ports::StoredRecovery SqlTx::recovery(RecoveryKey key) {
  lock(connection_, LOCKS_BY("key"), key);
  auto& query = connection_.prepared("SELECT " RECOVERY_COLUMNS "WHERE r.key = ?");
  Binder(query) << key;
  auto row = read_one(query, read);
  ensure(row.has_value(), "a recovery's key is that of a row");
  return std::move(*row);
}

std::optional<ports::StoredRecovery> SqlTx::recovery(const OrderId& order) {
  lock(connection_, LOCKS_BY("order_id"), order);
  auto& query = connection_.prepared("SELECT " RECOVERY_COLUMNS "WHERE r.order_id = ?");
  Binder(query) << order;
  return read_one(query, read);
}

std::optional<ports::StoredRecovery> SqlTx::recovery_by_provider(const ProviderOrderId& order) {
  lock(connection_, LOCKS_BY("provider_order"), order);
  auto& query = connection_.prepared("SELECT " RECOVERY_COLUMNS "WHERE r.provider_order = ?");
  Binder(query) << order;
  return read_one(query, read);
}

std::vector<ports::StoredRecovery> SqlTx::recoveries_of(const ports::Subject& subject) {
  if (const auto* sale = std::get_if<SaleKey>(&subject)) {
    auto& query =
        connection_.prepared("SELECT " RECOVERY_COLUMNS "WHERE r.sale_key = ? ORDER BY r.key");
    Binder(query) << *sale;
    return read_all(query, read);
  }
  auto& query = connection_.prepared("SELECT " RECOVERY_COLUMNS
                                     "WHERE r.subscription_key = ?"
                                     " ORDER BY r.key");
  Binder(query) << std::get<SubscriptionKey>(subject);
  return read_all(query, read);
}

std::vector<ports::StoredRecovery> SqlTx::in_state(billing::RecoveryState state, RecoveryKey after,
                                                   int limit) {
  // Those few are found without a look at all that wait, or ever ended.
  const bool is_busy = is_live(state) && state != billing::RecoveryState::waiting &&
                       state != billing::RecoveryState::grace;
  auto& query = connection_.prepared(
      is_busy ? "SELECT " RECOVERY_COLUMNS
                "WHERE r.state = ? AND " IS_BUSY("r") " AND r.key > ? ORDER BY r.key LIMIT ?"
              : "SELECT " RECOVERY_COLUMNS
                "WHERE r.state = ? AND r.key > ?"
                " ORDER BY r.key LIMIT ?");
  Binder(query) << to_text(state) << after << limit;
  return read_all(query, read);
}

std::vector<ports::ClaimedRecovery> SqlTx::claimed(Instant from, Instant to, RecoveryKey after,
                                                   int limit) {
  auto& query = connection_.prepared("SELECT " RECOVERY_FIELDS
                                     ", r.decline_code, r.decline_message" FROM_RECOVERY
                                     "WHERE r.key > ? AND r.claimed_at >= ? AND r.claimed_at < ?"
                                     " ORDER BY r.key LIMIT ?");
  Binder(query) << after << from << to << limit;
  return read_all(query, [](Columns& in) {
    ports::ClaimedRecovery row;
    row.stored = read(in);
    row.decline_code = in.text();
    row.decline_message = in.text();
    return row;
  });
}

// Where others write beside this transaction, what they are at is passed over.
#define STEPS_DUE_BY_NOW                                                      \
  "SELECT " RECOVERY_COLUMNS                                                  \
  "WHERE r.next_at IS NOT NULL AND r.provider_gateway = ? AND r.next_at <= ?" \
  " AND NOT EXISTS (SELECT 1 FROM call AS c WHERE c.recovery_key = r.key)"
#define FIRST_STEPS " ORDER BY r.next_at, r.key LIMIT ?"
#define NOBODY_IS_AT " FOR NO KEY UPDATE OF r SKIP LOCKED"

std::vector<ports::StoredRecovery> SqlTx::steps_due(const GatewayId& gateway, Instant now,
                                                    int limit) {
  auto& query = connection_.prepared(
      Sql{STEPS_DUE_BY_NOW FIRST_STEPS, STEPS_DUE_BY_NOW FIRST_STEPS NOBODY_IS_AT});
  Binder(query) << gateway << now << limit;
  return read_all(query, read);
}

// A cascade is never sent from the queue, and what is past its end is not sent any more: those are
// taken back.
#define NOT_HELD_BY_PAUSE                              \
  " AND NOT (r.step = 'send' AND r.state = 'intended'" \
  " AND r.kind <> 'cascade' AND r.expires_at > ?)"     \
  " AND (r.step = 'inquire' OR ? = 1)"

std::vector<ports::StoredRecovery> SqlTx::steps_due_in_pause(const GatewayId& gateway,
                                                             ports::Holding holding, Instant now,
                                                             int limit) {
  auto& query =
      connection_.prepared(Sql{STEPS_DUE_BY_NOW NOT_HELD_BY_PAUSE FIRST_STEPS,
                               STEPS_DUE_BY_NOW NOT_HELD_BY_PAUSE FIRST_STEPS NOBODY_IS_AT});
  const bool lets_others = holding != ports::Holding::all_but_inquiries;
  Binder(query) << gateway << now << now << std::int64_t{lets_others} << limit;
  return read_all(query, read);
}

std::optional<Instant> SqlTx::next_step() {
  std::optional<Instant> first;
  for (const GatewayId& gateway : gateways_at_work()) {
    const auto next = next_step_after(gateway, from_millis(INT64_MIN));
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

std::optional<Instant> SqlTx::next_step_after(const GatewayId& gateway, Instant after) {
  auto& query = connection_.prepared(
      "SELECT next_at FROM recovery WHERE next_at IS NOT NULL AND provider_gateway = ?"
      " AND next_at > ? ORDER BY next_at LIMIT 1");
  Binder(query) << gateway << after;
  return read_one(query, [](Columns& in) { return in.instant(); });
}

// One seek a gateway: a DISTINCT would read the whole index.
std::vector<GatewayId> SqlTx::gateways_at_work() {
  auto& query = connection_.prepared(
      "SELECT provider_gateway FROM recovery WHERE next_at IS NOT NULL AND provider_gateway > ?"
      " ORDER BY provider_gateway LIMIT 1");
  std::vector<GatewayId> gateways;
  for (GatewayId after;; after = gateways.back()) {
    Binder(query) << after;
    const bool found = query.step();
    if (found) gateways.push_back(Columns(query).id<GatewayId>());
    query.reset();
    if (!found) return gateways;
  }
}

std::optional<RecoveryKey> SqlTx::make_inquiries_due(Instant now, Instant asked_since,
                                                     RecoveryKey after, int limit) {
  auto& page = connection_.prepared(
      "SELECT max(key) FROM (SELECT key FROM recovery WHERE state IN ('waiting', 'grace')"
      " AND key > ? ORDER BY key LIMIT ?) AS page");
  Binder(page) << after << limit;
  std::optional<RecoveryKey> last;
  if (page.step()) last = Columns(page).maybe_key<RecoveryKey>();
  page.reset();
  if (!last) return std::nullopt;
  auto& update = connection_.prepared(
      "UPDATE recovery SET next_at = ?1 WHERE key > ?2 AND key <= ?3"
      " AND state IN ('waiting', 'grace') AND step = 'inquire' AND next_at > ?1"
      " AND NOT EXISTS (SELECT 1 FROM attempt WHERE recovery_key = recovery.key"
      " AND started_at > ?4)");
  Binder(update) << now << after << *last << asked_since;
  update.run();
  return last;
}

std::vector<Instant> SqlTx::claims_of_card(const std::string& token, Instant since) {
  if (connection_.must_lock()) {  // so that nobody claims for it meanwhile
    auto& lock = connection_.prepared("SELECT 1 FROM guard WHERE key = part_of_card(?) FOR UPDATE");
    Binder(lock) << token;
    lock.run();
  }
  auto& query = connection_.prepared(
      "SELECT claimed_at FROM recovery WHERE return_card = ? AND claimed_at >= ?"
      " AND state <> 'released' ORDER BY claimed_at");
  Binder(query) << token << since;
  return read_all(query, [](Columns& in) { return in.instant(); });
}

billing::HandedOver SqlTx::handed_over_since(Instant since) {
  if (connection_.must_lock()) {  // so that nobody hands over meanwhile what is to be counted
    connection_.prepared("SELECT 1 FROM guard WHERE key = 0 FOR UPDATE").run();
  }
  auto& query = connection_.prepared(
      "SELECT currency, sum(n), sum(minor) FROM ("
      "SELECT currency, count(*) AS n, sum(amount) AS minor FROM recovery"
      " WHERE claimed_at >= ?1 AND kind <> 'cascade' GROUP BY currency"
      " UNION ALL SELECT currency, count(*), sum(amount) FROM recovery AS r"
      " WHERE state = 'intended' AND " IS_BUSY("r")
      " AND +claimed_at < ?1 AND kind <> 'cascade' AND has_left = 0 GROUP BY currency)"
      " AS handed GROUP BY currency");
  Binder(query) << since;
  billing::HandedOver sum;
  while (query.step()) {
    Columns in(query);
    const Currency currency = in.currency();
    sum.count += in.integer();
    sum.minor[currency] = in.integer();
  }
  query.reset();
  return sum;
}

#define INSERT_RECOVERY \
  "INSERT INTO recovery (subscription_key, sale_key, kind, order_id, cycle, round, reattempt," \
  " provider_gateway, return_gateway, return_card, amount, currency, claimed_at, expires_at," \
  " " PROGRESS_COLUMNS ", decline_code, decline_message)" \
  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?," \
  " ?, ?, ?, ?, ?, " OF_ITS_DECLINE("decline_code") ", " OF_ITS_DECLINE("decline_message") ")" \
  " ON CONFLICT DO NOTHING"

std::optional<RecoveryKey> SqlTx::insert_recovery(const ports::NewRecovery& fresh) {
  const billing::Recovery& recovery = fresh.recovery;
  auto& insert = connection_.prepared(Sql{INSERT_RECOVERY, INSERT_RECOVERY " RETURNING key"});
  Binder out(insert);
  out << fresh.subject << to_text(recovery.kind) << recovery.order << recovery.cycle
      << recovery.round << recovery.reattempt << recovery.provider_gateway
      << recovery.return_gateway << recovery.return_card << recovery.amount.minor
      << recovery.amount.currency << recovery.claimed_at << recovery.expires_at;
  bind_progress(out, recovery);
  const auto made = insert.insert();
  if (!made) return std::nullopt;
  const RecoveryKey key(*made);
  last_claim_ = {key, digest_of_claim(fresh)};
  if (recovery.state != billing::RecoveryState::released) take_from_queue(connection_, fresh);
  replace_request(key, fresh.request);
  auto& wake = connection_.prepared(
      "UPDATE inbox SET next_at = ? WHERE result = 'unmatched'"
      " AND callback_key IN (SELECT key FROM callback WHERE order_id = ?)");
  Binder(wake) << recovery.claimed_at << recovery.order;
  wake.run();
  return key;
}

bool SqlTx::update_recovery(RecoveryKey key, const billing::Recovery& before,
                            const billing::Recovery& after) {
  const ProgressUpdate changes(before, after);
  auto& update = connection_.prepared(changes.sql());
  Binder out(update);
  changes.bind(out);
  out << key << to_text(before.state);
  return update.run_and_count() == 1;
}

}  // namespace recycled::store
