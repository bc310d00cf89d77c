// The outbox as its receivers see it, and how each event stands with each of them.
#include "base/card_number.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"
#include "store/workers.hpp"

namespace recycled::store {
namespace {

// Whose events keep their order, by one rule for all: a subscription's own, a new sale's own.
#define EVENT_SUBJECT "coalesce('subscription ' || s.id, 'sale ' || e.id, '')"

#define EVENT_COLUMNS                                                            \
  "o.key, o.at, o.type, o.subscription_key, o.sale_key, o.recovery_key, "        \
  "coalesce(s.id, e.subscription), e.id, r.order_id, "                           \
  "r.provider_order, r.cycle, o.amount, o.currency, o.gateway, o.next_bill_on, " \
  "o.rebill_with, o.reason, coalesce(r.refund_due, 0)"
#define EVENT_TABLES                                                            \
  " FROM outbox AS o LEFT JOIN subscription AS s ON s.key = o.subscription_key" \
  " LEFT JOIN sale AS e ON e.key = o.sale_key"                                  \
  " LEFT JOIN recovery AS r ON r.key = o.recovery_key "
#define DELIVERY_COLUMNS                                                        \
  "d.outbox_key, d.sink, d.subject, d.state, d.tries, d.queued_at, d.next_at, " \
  "d.delivered_at, d.error"
// Of the event o.
#define HAS_DELIVERY "EXISTS (SELECT 1 FROM delivery AS d WHERE d.outbox_key = o.key AND d.state = "
#define EVENT_STATE           \
  "CASE WHEN " HAS_DELIVERY   \
  "'dead') THEN 'dead'"       \
  " WHEN " HAS_DELIVERY       \
  "'waiting') THEN 'waiting'" \
  " WHEN " HAS_DELIVERY "'delivered') THEN 'delivered' ELSE 'waiting' END"

// Without statistics SQLite would rather walk all that a sink ever got, at each delivery anew.
#define BY_SUBJECT " INDEXED BY delivery_of_subject "

// Of a subject's events that wait, the oldest alone may be due.
#define MAKE_OLDEST_DUE(index)                                                           \
  "UPDATE delivery AS d SET next_at = queued_at WHERE d.sink = ?1 AND d.outbox_key > ?2" \
  " AND NOT EXISTS (SELECT 1 FROM delivery AS e" index                                   \
  " WHERE e.sink = d.sink AND e.subject = d.subject AND e.outbox_key < d.outbox_key"     \
  " AND e.state = 'waiting')"
#define LINE_UP(index)                                                                \
  "UPDATE delivery" index                                                             \
  " SET next_at = CASE WHEN outbox_key = (SELECT min(outbox_key) FROM delivery" index \
  " WHERE sink = ?1 AND subject = ?2 AND state = 'waiting')"                          \
  " THEN coalesce(next_at, queued_at) END"                                            \
  " WHERE sink = ?1 AND subject = ?2 AND state = 'waiting'"

ports::OutboundEvent read_event(Columns& in) {
  ports::OutboundEvent event;
  event.key = in.key<OutboxKey>();
  event.at = in.instant();
  event.type = in.text();
  event.subject = in.subject();
  event.recovery = in.maybe_key<RecoveryKey>();
  event.subscription = SubscriptionId(in.maybe_text().value_or(""));
  event.sale = SaleId(in.maybe_text().value_or(""));
  event.order = OrderId(in.maybe_text().value_or(""));
  event.provider_order = ProviderOrderId(in.maybe_text().value_or(""));
  event.cycle = in.maybe_number();
  const auto minor = in.maybe_integer();
  const auto currency = in.maybe_text();
  if (minor && currency) {
    const auto known = Currency::parse(*currency);
    ensure(known.has_value(), "a stored currency is one");
    event.amount = Money{*minor, *known};
  }
  event.gateway = in.id<GatewayId>();
  event.next_bill_on = in.maybe_date();
  event.rebill_with = in.text();
  event.reason = in.text();
  event.refund_due = in.flag();
  return event;
}

ports::Delivery read_delivery(Columns& in) {
  ports::Delivery delivery;
  delivery.event = in.key<OutboxKey>();
  delivery.sink = in.word(ports::parse_sink);
  delivery.subject = in.text();
  delivery.state = in.word(ports::parse_delivery_state);
  delivery.tries = in.number();
  delivery.queued_at = in.instant();
  delivery.next_at = in.maybe_instant();
  delivery.delivered_at = in.maybe_instant();
  delivery.error = in.text();
  return delivery;
}

// Its deliveries are read after the query has ended.
ports::StoredEvent read_stored(Columns& in) {
  ports::StoredEvent stored;
  stored.event = read_event(in);
  return stored;
}

}  // namespace

std::vector<ports::Delivery> SqlTx::deliveries_of(OutboxKey event) {
  auto& query = connection_.prepared("SELECT " DELIVERY_COLUMNS
                                     " FROM delivery AS d WHERE d.outbox_key = ? ORDER BY d.sink");
  Binder(query) << event;
  return read_all(query, read_delivery);
}

std::optional<ports::StoredEvent> SqlTx::event(OutboxKey key) {
  write_gathered();
  auto& query = connection_.prepared("SELECT " EVENT_COLUMNS EVENT_TABLES "WHERE o.key = ?");
  Binder(query) << key;
  auto found = read_one(query, read_stored);
  if (found) found->deliveries = deliveries_of(key);
  return found;
}

std::vector<ports::StoredEvent> SqlTx::events_before(OutboxKey before,
                                                     std::optional<ports::DeliveryState> state,
                                                     int limit) {
  write_gathered();
  auto& query = connection_.prepared("SELECT " EVENT_COLUMNS EVENT_TABLES
                                     "WHERE o.key < ?1 AND (?2 = '' OR ?2 = " EVENT_STATE
                                     ") ORDER BY o.key DESC LIMIT ?3");
  const std::string_view wanted = state ? ports::to_text(*state) : "";
  Binder(query) << before << wanted << limit;
  auto rows = read_all(query, read_stored);
  for (ports::StoredEvent& row : rows) row.deliveries = deliveries_of(row.event.key);
  return rows;
}

namespace {

// Whatever changes what is due to a sink, one at a time: of a subject's events the oldest alone may
// be, and that is seen only where nobody else adds or takes one away.
void lock(Connection& connection, ports::Sink sink) {
  if (!connection.must_lock()) return;
  auto& lock = connection.prepared("SELECT 1 FROM relay WHERE sink = ? FOR UPDATE");
  Binder(lock) << ports::to_text(sink);
  lock.run();
}

// Whoever carried events to it, and is there no more, if anybody.
bool take_up(Connection& connection, ports::Sink sink) {
  forget_the_silent(connection);
  auto& take = connection.prepared(
      "INSERT INTO relay AS r (sink, worker_key) VALUES (?1, ?2)"
      " ON CONFLICT (sink) DO UPDATE SET worker_key = excluded.worker_key"
      " WHERE NOT EXISTS (SELECT 1 FROM worker AS w WHERE w.key = r.worker_key)");
  Binder(take) << ports::to_text(sink) << connection.worker();
  return take.run_and_count() == 1;
}

}  // namespace

bool SqlTx::carries(ports::Sink sink) {
  if (!connection_.must_lock()) return true;
  auto& query = connection_.prepared(
      "SELECT r.worker_key, EXISTS (SELECT 1 FROM worker AS w WHERE w.key = r.worker_key"
      " AND w.alive_until >= server_now()) FROM relay AS r WHERE r.sink = ?");
  Binder(query) << ports::to_text(sink);
  const bool is_anybody = query.step();
  const bool is_ours = is_anybody && query.integer(0) == connection_.worker();
  const bool is_alive = is_anybody && query.integer(1) == 1;
  query.reset();
  return is_ours || (!is_alive && take_up(connection_, sink));
}

int SqlTx::queue_deliveries(ports::Sink sink, Instant now, int limit) {
  write_gathered();
  lock(connection_, sink);
  auto& newest =
      connection_.prepared("SELECT coalesce(max(outbox_key), 0) FROM delivery WHERE sink = ?");
  Binder(newest) << ports::to_text(sink);
  ensure(newest.step(), "a maximum returns its row");
  const OutboxKey seen = Columns(newest).key<OutboxKey>();
  newest.reset();
  auto& insert = connection_.prepared(
      "INSERT INTO delivery (sink, outbox_key, subject, state, tries, queued_at, error)"
      " SELECT ?1, o.key, " EVENT_SUBJECT
      ", 'waiting', 0, ?2, '' FROM outbox AS o"
      " LEFT JOIN subscription AS s ON s.key = o.subscription_key"
      " LEFT JOIN sale AS e ON e.key = o.sale_key"
      " WHERE o.key > ?3 ORDER BY o.key LIMIT ?4");
  Binder(insert) << ports::to_text(sink) << now << seen << limit;
  const int queued = insert.run_and_count();
  if (queued == 0) return 0;
  auto& first = connection_.prepared(Sql{MAKE_OLDEST_DUE(BY_SUBJECT), MAKE_OLDEST_DUE("")});
  Binder(first) << ports::to_text(sink) << seen;
  first.run();
  return queued;
}

std::vector<ports::DueDelivery> SqlTx::deliveries_due(ports::Sink sink, Instant now, int limit) {
  auto& query = connection_.prepared("SELECT " DELIVERY_COLUMNS ", " EVENT_COLUMNS EVENT_TABLES
                                     "JOIN delivery AS d ON d.outbox_key = o.key"
                                     " WHERE d.sink = ? AND d.next_at <= ?"
                                     " ORDER BY d.next_at, d.outbox_key LIMIT ?");
  Binder(query) << ports::to_text(sink) << now << limit;
  return read_all(query, [](Columns& in) {
    ports::DueDelivery row;
    row.delivery = read_delivery(in);
    row.event = read_event(in);
    return row;
  });
}

std::optional<Instant> SqlTx::next_delivery_after(ports::Sink sink, Instant after) {
  auto& query =
      connection_.prepared("SELECT min(next_at) FROM delivery WHERE sink = ? AND next_at > ?");
  Binder(query) << ports::to_text(sink) << after;
  ensure(query.step(), "a minimum returns its row");
  const auto next = Columns(query).maybe_instant();
  query.reset();
  return next;
}

void SqlTx::line_up(ports::Sink sink, const std::string& subject) {
  auto& update = connection_.prepared(Sql{LINE_UP(BY_SUBJECT), LINE_UP("")});
  Binder(update) << ports::to_text(sink) << subject;
  update.run();
}

bool SqlTx::update_delivery(const ports::Delivery& delivery) {
  lock(connection_, delivery.sink);
  auto& update = connection_.prepared(
      "UPDATE delivery SET state = ?, tries = ?, next_at = ?, delivered_at = ?, error = ?"
      " WHERE sink = ? AND outbox_key = ? AND state = 'waiting'");
  Binder(update) << ports::to_text(delivery.state) << delivery.tries << delivery.next_at
                 << delivery.delivered_at << hide_card_numbers(delivery.error)
                 << ports::to_text(delivery.sink) << delivery.event;
  const bool changed = update.run_and_count() == 1;
  if (changed) line_up(delivery.sink, delivery.subject);
  return changed;
}

void SqlTx::replay_delivery(OutboxKey event, ports::Sink sink, Instant now) {
  lock(connection_, sink);
  auto& update = connection_.prepared(
      "UPDATE delivery SET state = 'waiting', tries = 0, queued_at = ?, next_at = NULL,"
      " delivered_at = NULL, error = '' WHERE sink = ? AND outbox_key = ? RETURNING subject");
  Binder(update) << now << ports::to_text(sink) << event;
  ensure(update.step(), "what is replayed was queued once");
  const std::string subject = Columns(update).text();
  update.reset();
  line_up(sink, subject);
}

void SqlTx::count_deliveries(ports::Counts& counts) {
  auto& query =
      connection_.prepared("SELECT state, count(*), min(queued_at) FROM delivery GROUP BY state");
  while (query.step()) {
    Columns in(query);
    const auto state = in.word(ports::parse_delivery_state);
    counts.deliveries[state] = in.integer();
    if (state == ports::DeliveryState::waiting) counts.oldest_delivery = in.instant();
  }
  query.reset();
}

}  // namespace recycled::store
