#include "store/inspection.hpp"

#include <map>
#include <utility>

#include "store/audit_chain.hpp"
#include "store/database.hpp"
#include "store/group_commit.hpp"
#include "store/ledger.hpp"
#include "store/migrate.hpp"
#include "store/postgres.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

constexpr std::size_t most_lines = 100;

// Another recovery, of the same cycle or sale, with a smaller key.
#define EARLIER(that)                                                                       \
  "(SELECT count(*) FROM recovery AS e WHERE e.subscription_key = r.subscription_key"       \
  " AND e.cycle = r.cycle AND e.key < r.key AND " that                                      \
  ") + (SELECT count(*) FROM recovery AS e WHERE e.sale_key = r.sale_key AND e.key < r.key" \
  " AND " that ")"

// Charged after its shopper had been told "no", and given back for that: none of the charges of its
// sale, which may have been recovered since by a rerun.
#define GIVEN_BACK(x)                                                              \
  "(" x ".told IS NOT NULL AND " x ".told <> 'none' AND (" x ".refunded = 1 OR " x \
  ".step = 'refund'))"

constexpr const char* every_recovery =
    "SELECT r.key, coalesce(s.id, ''), coalesce(o.id, ''), r.order_id, r.kind, r.cycle, r.round,"
    " r.reattempt, r.provider_gateway, r.return_gateway, r.amount, r.currency, r.state, r.step,"
    " r.sending, r.late, r.expires_at, r.settled_at, q.body, coalesce(q.sha256, ''),"
    " EXISTS (SELECT 1 FROM attempt AS a WHERE a.recovery_key = r.key),"
    " EXISTS (SELECT 1 FROM callback AS c WHERE c.order_id = r.order_id),"
    " NOT EXISTS (SELECT 1 FROM recovery AS l WHERE l.subscription_key = r.subscription_key"
    "   AND l.key > r.key)"
    " AND NOT EXISTS (SELECT 1 FROM recovery AS l WHERE l.sale_key = r.sale_key AND l.key > r.key),"
    " " EARLIER("e.ended IS NULL") ","
    " " EARLIER("e.state = 'recovered' AND NOT " GIVEN_BACK("e")) ", " GIVEN_BACK("r") ","
    " coalesce(s.status, o.status, ''), coalesce(s.cycle, 0),"
    " coalesce(s.changed_at, o.changed_at, 0), r.pruned_at"
    " FROM recovery AS r LEFT JOIN subscription AS s ON s.key = r.subscription_key"
    " LEFT JOIN sale AS o ON o.key = r.sale_key LEFT JOIN request AS q ON q.recovery_key = r.key"
    " ORDER BY r.key";

ports::InspectedRecovery read_recovery(Columns& in) {
  ports::InspectedRecovery row;
  row.key = in.key<RecoveryKey>();
  row.subscription = in.id<SubscriptionId>();
  row.sale = in.id<SaleId>();
  row.order = in.id<OrderId>();
  row.kind = in.text();
  row.cycle = in.number();
  row.round = in.number();
  row.reattempt = in.number();
  row.provider_gateway = in.id<GatewayId>();
  row.return_gateway = in.id<GatewayId>();
  row.minor = in.integer();
  row.currency = in.text();
  row.state = in.text();
  row.step = in.text();
  row.sending = in.number();
  row.late = in.flag();
  row.expires_at = in.instant();
  row.settled_at = in.maybe_instant();
  row.request = in.maybe_text();
  row.request_sha256 = in.text();
  row.was_called = in.flag();
  row.was_called_back = in.flag();
  row.is_newest = in.flag();
  row.live_before = in.integer();
  row.recovered_before = in.integer();
  row.is_given_back = in.flag();
  row.status = in.text();
  row.cycle_now = in.number();
  row.changed_at = in.instant();
  row.pruned_at = in.maybe_instant();
  return row;
}

using Schema = std::map<std::string, std::string>;  // "trigger NAME" to its SQL

Schema schema_of(Connection& connection) {
  auto& all = connection.prepared(
      "SELECT type || ' ' || name, sql FROM sqlite_schema"
      " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  Schema schema;
  while (all.step()) {
    Columns in(all);
    std::string name = in.text();
    schema.emplace(std::move(name), in.text());
  }
  return schema;
}

class Inspector final : public ports::LedgerInspector {
 public:
  explicit Inspector(Connection& connection) : connection_(connection), reader_(connection) {}

  // PostgreSQL looks after its pages by itself (data checksums, amcheck), …
  std::vector<std::string> damage() override {
    std::vector<std::string> wrong;
    if (connection_.dialect() != Dialect::sqlite) return wrong;
    auto& pages = connection_.prepared("PRAGMA integrity_check(100)");
    while (pages.step()) {
      std::string line = std::string(pages.text(0));
      if (line != "ok") wrong.push_back(std::move(line));
    }
    return wrong;
  }

  // … never lets go of its references, …
  std::vector<std::string> dangling() override {
    std::vector<std::string> wrong;
    if (connection_.dialect() != Dialect::sqlite) return wrong;
    auto& rows = connection_.prepared("PRAGMA foreign_key_check");
    while (rows.step() && wrong.size() < most_lines) {
      wrong.push_back("row " + std::string(rows.text(1)) + " of " + std::string(rows.text(0)) +
                      " refers to one of " + std::string(rows.text(2)) + " that is not there");
    }
    return wrong;
  }

  // … and does not keep the words its tables were made with.
  std::vector<std::string> schema_differences() override {
    if (connection_.dialect() != Dialect::sqlite) return {};
    Database ours(in_memory, Access::read_write);
    const auto made = migrate(ours, migrations(), Instant());
    ensure(made.has_value(), "our own migrations run");
    const Schema wanted = schema_of(ours);
    const Schema found = schema_of(connection_);
    std::vector<std::string> wrong;
    for (const auto& [name, sql] : wanted) {
      const auto here = found.find(name);
      if (here == found.end()) {
        wrong.push_back(name + " is gone");
      } else if (here->second != sql) {
        wrong.push_back(name + " is not the one of the migrations");
      }
    }
    for (const auto& [name, sql] : found) {
      if (!wanted.contains(name)) wrong.push_back(name + " is of no migration");
    }
    return wrong;
  }

  std::string installation() override { return reader_.meta("installation").value_or(""); }
  ports::AuditHead audit_head() override { return reader_.audit_head(); }

  std::int64_t rows() override {
    auto& counted = connection_.prepared(
        "SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM recovery)"
        " + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM callback)");
    ensure(counted.step(), "a count returns its row");
    const std::int64_t rows = counted.integer(0);
    counted.reset();
    return rows;
  }

  void each_audit(const Visit<ports::ChainedRow>& visit) override {
    auto& rows = connection_.prepared("SELECT " CHAINED_COLUMNS " FROM audit ORDER BY key");
    while (rows.step()) {
      Columns in(rows);
      visit(read_chained(in));
    }
  }

  void each_recovery(const Visit<ports::InspectedRecovery>& visit) override {
    auto& rows = connection_.prepared(every_recovery);
    while (rows.step()) {
      Columns in(rows);
      visit(read_recovery(in));
    }
  }

  void each_event(const Visit<ports::InspectedEvent>& visit) override {
    const auto ends = ends_of_sinks();
    auto& queued = connection_.prepared("SELECT 1 FROM delivery WHERE sink = ? AND outbox_key = ?");
    auto& rows = connection_.prepared("SELECT key, type, recovery_key FROM outbox ORDER BY key");
    while (rows.step()) {
      Columns in(rows);
      ports::InspectedEvent event;
      event.key = in.key<OutboxKey>();
      event.type = in.text();
      event.recovery = in.maybe_key<RecoveryKey>();
      for (const auto& [sink, end] : ends) {
        if (event.key.value() > end) continue;  // the relay has not come to it yet
        Binder(queued) << sink << event.key;
        if (!queued.step()) event.passed_over.push_back(sink);
        queued.reset();
      }
      visit(event);
    }
  }

  void each_applied_callback(const Visit<ports::InspectedCallback>& visit) override {
    auto& rows = connection_.prepared(
        "SELECT c.key, c.event, c.order_id,"
        " EXISTS (SELECT 1 FROM recovery AS r WHERE r.order_id = c.order_id)"
        " OR EXISTS (SELECT 1 FROM recovery AS r WHERE r.provider_order = c.provider_order)"
        " FROM callback AS c LEFT JOIN inbox AS i ON i.callback_key = c.key"
        " WHERE coalesce(i.result, c.result) = 'applied' ORDER BY c.key");
    while (rows.step()) {
      Columns in(rows);
      ports::InspectedCallback callback;
      callback.key = in.key<CallbackKey>();
      callback.event = in.text();
      callback.order = in.id<OrderId>();
      callback.names_recovery = in.flag();
      visit(callback);
    }
  }

  void each_misqueued(const Visit<ports::InspectedQueue>& visit) override {
    auto& rows = connection_.prepared(
        "SELECT coalesce(s.id, ''), q.at, q.is_due FROM"
        " (SELECT *, 1 AS is_due FROM (SELECT * FROM is_due EXCEPT SELECT * FROM due) AS missing"
        " UNION ALL SELECT *, 0 FROM (SELECT * FROM due EXCEPT SELECT * FROM is_due) AS extra)"
        " AS q"
        " LEFT JOIN subscription AS s ON s.key = q.subscription_key");
    while (rows.step()) {
      Columns in(rows);
      ports::InspectedQueue row;
      row.id = in.id<SubscriptionId>();
      row.due_at = in.instant();
      row.is_due = in.flag();
      visit(row);
    }
  }

  void each_at_provider(const Visit<ports::InspectedSubscription>& visit) override {
    auto& rows = connection_.prepared(
        "SELECT id, gateway FROM subscription WHERE gateway IN"
        " (SELECT provider_gateway FROM recovery) ORDER BY key");
    while (rows.step()) {
      Columns in(rows);
      ports::InspectedSubscription row;
      row.id = in.id<SubscriptionId>();
      row.gateway = in.id<GatewayId>();
      visit(row);
    }
  }

  std::string digest_of_claim(RecoveryKey key) override {
    return store::digest_of_claim(connection_, key);
  }

  std::string name_of(const ports::Subject& subject) override {
    const auto* sale = std::get_if<SaleKey>(&subject);
    auto& query =
        connection_.prepared(sale != nullptr ? "SELECT 'order ' || id FROM sale WHERE key = ?"
                                             : "SELECT id FROM subscription WHERE key = ?");
    Binder(query) << (sale != nullptr ? sale->value() : std::get<SubscriptionKey>(subject).value());
    std::string name;
    if (query.step()) name = Columns(query).text();
    query.reset();
    return name;
  }

 private:
  // How far each receiver has come.
  std::map<std::string, std::int64_t> ends_of_sinks() {
    auto& rows = connection_.prepared("SELECT sink, max(outbox_key) FROM delivery GROUP BY sink");
    std::map<std::string, std::int64_t> ends;
    while (rows.step()) {
      Columns in(rows);
      std::string sink = in.text();
      ends[std::move(sink)] = in.integer();
    }
    return ends;
  }

  Connection& connection_;
  SqlTx reader_;
};

}  // namespace

Result<void> inspect_ledger(const std::filesystem::path& file,
                            const std::function<void(ports::LedgerInspector&)>& look) {
  if (!std::filesystem::exists(file)) {
    return fail(Fault::not_found, "there is no ledger at " + file.string());
  }
  try {
    Database database(file, Access::read_only);
    if (auto same = check_schema(database, migrations()); !same) return same;
    Transaction snapshot(database, Access::read_only);
    Inspector inspector(database);
    look(inspector);
    return {};
  } catch (const SqlError& error) {
    return as_failure(error);
  }
}

Result<void> inspect_postgres_ledger(const std::string& url,
                                     const std::function<void(ports::LedgerInspector&)>& look) {
  try {
    Postgres connection(url);
    const Transaction snapshot(connection, Access::read_only);
    if (auto same = check_schema(connection, migrations(Dialect::postgresql)); !same) return same;
    Inspector inspector(connection);
    look(inspector);
    return {};
  } catch (const SqlError& error) {
    return as_failure(error);
  }
}

}  // namespace recycled::store
