// Callbacks as they came, what became of them, and the nonces inside the window.
#include "base/card_number.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

#define CALLBACK_COLUMNS                                                                      \
  "c.key, c.received_at, c.nonce, c.event, c.order_id, c.provider_order, c.headers, c.body, " \
  "c.signers,"                                                                                \
  " coalesce(i.result, c.result), coalesce(i.tries, 0), i.next_at, coalesce(i.error, ''),"    \
  " c.pruned_at"                                                                              \
  " FROM callback AS c LEFT JOIN inbox AS i ON i.callback_key = c.key "

std::string in_lines(const std::vector<GatewayId>& gateways) {
  std::string text;
  for (const GatewayId& gateway : gateways) text += gateway.str() + "\n";
  return text;
}

std::vector<GatewayId> lines_of(std::string_view text) {
  std::vector<GatewayId> gateways;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    ensure(end != std::string_view::npos, "a stored line has its end");
    gateways.emplace_back(std::string(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return gateways;
}

ports::StoredCallback read(Columns& in) {
  ports::StoredCallback row;
  row.key = in.key<CallbackKey>();
  row.received_at = in.instant();
  row.nonce = in.text();
  row.event = in.text();
  row.order = in.id<OrderId>();
  row.provider_order = in.id<ProviderOrderId>();
  row.headers = in.text();
  row.body = in.text();
  row.signers = lines_of(in.text());
  row.result = in.word(ports::parse_callback_result);
  row.tries = in.number();
  row.next_at = in.maybe_instant();
  row.error = in.text();
  row.pruned_at = in.maybe_instant();
  return row;
}

}  // namespace

std::vector<ports::StoredCallback> SqlTx::callbacks_of(const OrderId& order) {
  auto& query =
      connection_.prepared("SELECT " CALLBACK_COLUMNS "WHERE c.order_id = ? ORDER BY c.key");
  Binder(query) << order;
  return read_all(query, read);
}

std::vector<ports::StoredCallback> SqlTx::callbacks_due(Instant now, int limit) {
  auto& query = connection_.prepared("SELECT " CALLBACK_COLUMNS
                                     "WHERE i.next_at IS NOT NULL AND i.next_at <= ?"
                                     " ORDER BY i.next_at, c.key LIMIT ?");
  Binder(query) << now << limit;
  return read_all(query, read);
}

std::optional<ports::StoredCallback> SqlTx::callback(CallbackKey key) {
  if (connection_.must_lock()) {
    auto& lock = connection_.prepared("SELECT 1 FROM inbox WHERE callback_key = ? FOR UPDATE");
    Binder(lock) << key;
    lock.run();
  }
  auto& query = connection_.prepared("SELECT " CALLBACK_COLUMNS "WHERE c.key = ?");
  Binder(query) << key;
  return read_one(query, read);
}

std::vector<ports::StoredCallback> SqlTx::callbacks_before(
    CallbackKey before, std::optional<ports::CallbackResult> result, int limit) {
  auto& query = connection_.prepared("SELECT " CALLBACK_COLUMNS
                                     "WHERE c.key < ?1"
                                     " AND (?2 = '' OR coalesce(i.result, c.result) = ?2)"
                                     " ORDER BY c.key DESC LIMIT ?3");
  const std::string_view wanted = result ? ports::to_text(*result) : "";
  Binder(query) << before << wanted << limit;
  return read_all(query, read);
}

std::optional<Instant> SqlTx::next_callback() {
  auto& query = connection_.prepared(
      "SELECT next_at FROM inbox WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1");
  std::optional<Instant> next;
  if (query.step()) next = Columns(query).instant();
  query.reset();
  return next;
}

bool SqlTx::remember_nonce(const std::string& nonce, Instant seen_at) {
  auto& insert = connection_.prepared(
      "INSERT INTO nonce (nonce, seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING");
  Binder(insert) << nonce << seen_at;
  return insert.run_and_count() == 1;
}

#define INSERT_CALLBACK                                                                       \
  "INSERT INTO callback (received_at, nonce, event, order_id, provider_order, headers, body," \
  " signers, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

CallbackKey SqlTx::add_callback(const ports::StoredCallback& callback) {
  auto& insert = connection_.prepared(Sql{INSERT_CALLBACK, INSERT_CALLBACK " RETURNING key"});
  Binder out(insert);
  out << callback.received_at << callback.nonce << callback.event << callback.order
      << callback.provider_order << callback.headers;
  out.blob(callback.body);
  out << in_lines(callback.signers) << ports::to_text(callback.result);
  const auto made = insert.insert();
  ensure(made.has_value(), "an insert without a condition makes its row");
  ports::StoredCallback stored = callback;
  stored.key = CallbackKey(*made);
  const bool done = callback.result == ports::CallbackResult::applied ||
                    callback.result == ports::CallbackResult::ignored;
  if (!done) mark_callback(stored);
  return stored.key;
}

void SqlTx::mark_callback(const ports::StoredCallback& callback) {
  auto& put = connection_.prepared(
      "INSERT INTO inbox (callback_key, result, tries, next_at, error) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT (callback_key) DO UPDATE SET result = excluded.result,"
      " tries = excluded.tries, next_at = excluded.next_at, error = excluded.error");
  Binder(put) << callback.key << ports::to_text(callback.result) << callback.tries
              << callback.next_at << hide_card_numbers(callback.error);
  put.run();
}

}  // namespace recycled::store
