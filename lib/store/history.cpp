// What is only ever appended, and what is counted: attempts, audit (appended in audit_chain.cpp),
// outbox, runs, totals, meta.
// Texts that came from a peer are stored without card numbers (mission.md X4).
#include "base/card_number.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

// "SELECT word, count(*) … GROUP BY word" into a map keyed by the closed set.
template <class T>
std::map<T, std::int64_t> count_by(Statement& query, std::optional<T> (*parse)(std::string_view)) {
  std::map<T, std::int64_t> counts;
  while (query.step()) {
    Columns in(query);
    const T word = in.word(parse);
    counts[word] = in.integer();
  }
  query.reset();
  return counts;
}

}  // namespace

std::optional<std::string> SqlTx::meta(const std::string& name) {
  auto& query = connection_.prepared("SELECT value FROM meta WHERE name = ?");
  Binder(query) << name;
  std::optional<std::string> value;
  if (query.step()) value = Columns(query).text();
  query.reset();
  return value;
}

void SqlTx::set_meta(const std::string& name, const std::string& value) {
  auto& put = connection_.prepared(
      "INSERT INTO meta (name, value) VALUES (?, ?)"
      " ON CONFLICT (name) DO UPDATE SET value = excluded.value");
  Binder(put) << name << value;
  put.run();
}

std::string SqlTx::meta_or(const std::string& name, const std::string& value) {
  auto& put = connection_.prepared(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING");
  Binder(put) << name << value;
  put.run();
  return meta(name).value();
}

void SqlTx::add_attempt(const ports::Attempt& attempt) {
  auto& insert = connection_.prepared(
      "INSERT INTO attempt (recovery_key, started_at, took, step, outcome, detail)"
      " VALUES (?, ?, ?, ?, ?, ?)");
  Binder(insert) << attempt.recovery << attempt.started_at << attempt.took.count()
                 << to_text(attempt.step) << attempt.outcome << hide_card_numbers(attempt.detail);
  insert.run();
}

std::vector<ports::Attempt> SqlTx::attempts(RecoveryKey key) {
  auto& query = connection_.prepared(
      "SELECT recovery_key, started_at, took, step, outcome, detail FROM attempt"
      " WHERE recovery_key = ? ORDER BY key");
  Binder(query) << key;
  return read_all(query, [](Columns& in) {
    ports::Attempt row;
    row.recovery = in.key<RecoveryKey>();
    row.started_at = in.instant();
    row.took = Millis(in.integer());
    row.step = in.word(billing::parse_step);
    row.outcome = in.text();
    row.detail = in.text();
    return row;
  });
}

#define SELECT_AUDIT \
  "SELECT at, recovery_key, subscription_key, sale_key, event, before, after, reason FROM audit "

std::vector<ports::AuditRow> SqlTx::audit_of(const ports::Subject& subject) {
  write_gathered();
  const auto* sale = std::get_if<SaleKey>(&subject);
  auto& query = connection_.prepared(sale != nullptr
                                         ? SELECT_AUDIT "WHERE sale_key = ? ORDER BY key"
                                         : SELECT_AUDIT "WHERE subscription_key = ? ORDER BY key");
  Binder(query) << (sale != nullptr ? sale->value() : std::get<SubscriptionKey>(subject).value());
  return read_all(query, [](Columns& in) {
    ports::AuditRow row;
    row.at = in.instant();
    // A null key reads as 0, which no row has.
    if (const auto recovery = in.integer(); recovery != 0) row.recovery = RecoveryKey(recovery);
    row.subject = in.subject();
    row.event = in.text();
    row.before = in.text();
    row.after = in.text();
    row.reason = in.text();
    return row;
  });
}

void SqlTx::put_run(const ports::RunRow& run) {
  auto& put = connection_.prepared(
      "INSERT INTO run (id, kind, started_at, ended_at, summary) VALUES (?, ?, ?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, summary = excluded.summary");
  Binder(put) << run.id << run.kind << run.started_at << run.ended_at << run.summary;
  put.run();
}

std::optional<ports::RunRow> SqlTx::last_run() {
  auto& query = connection_.prepared(
      Sql{"SELECT id, kind, started_at, ended_at, summary FROM run ORDER BY rowid DESC LIMIT 1",
          "SELECT id, kind, started_at, ended_at, summary FROM run ORDER BY key DESC LIMIT 1"});
  std::optional<ports::RunRow> last;
  if (query.step()) {
    Columns in(query);
    ports::RunRow row;
    row.id = in.id<RunId>();
    row.kind = in.text();
    row.started_at = in.instant();
    row.ended_at = in.maybe_instant();
    row.summary = in.text();
    last = std::move(row);
  }
  query.reset();
  return last;
}

std::optional<ports::DryRun> SqlTx::dry_run(const std::string& digest) {
  auto& query =
      connection_.prepared("SELECT digest, made_at, content FROM dry_run WHERE digest = ?");
  Binder(query) << digest;
  std::optional<ports::DryRun> found;
  if (query.step()) {
    Columns in(query);
    ports::DryRun run;
    run.digest = in.text();
    run.made_at = in.instant();
    run.content = in.text();
    found = std::move(run);
  }
  query.reset();
  return found;
}

void SqlTx::keep_dry_run(const ports::DryRun& run) {
  auto& put = connection_.prepared(
      "INSERT INTO dry_run (digest, made_at, content) VALUES (?, ?, ?)"
      " ON CONFLICT (digest) DO UPDATE SET made_at = excluded.made_at");
  Binder(put) << run.digest << run.made_at << run.content;
  put.run();
}

void SqlTx::forget_dry_runs(Instant before) {
  auto& forget = connection_.prepared("DELETE FROM dry_run WHERE made_at < ?");
  Binder(forget) << before;
  forget.run();
}

ports::Counts SqlTx::counts() {
  ports::Counts counts;
  counts.subscriptions =
      count_by(connection_.prepared("SELECT status, count(*) FROM subscription GROUP BY status"),
               billing::parse_subscription_status);
  counts.sales = count_by(connection_.prepared("SELECT status, count(*) FROM sale GROUP BY status"),
                          billing::parse_sale_status);
  counts.recoveries =
      count_by(connection_.prepared("SELECT state, count(*) FROM recovery GROUP BY state"),
               billing::parse_recovery_state);
  counts.refusals =
      count_by(connection_.prepared("SELECT not_taken, count(*) FROM subscription"
                                    " WHERE not_taken IS NOT NULL AND status = 'recycle_billing'"
                                    " GROUP BY not_taken"),
               billing::parse_not_taken);
  counts.callbacks = count_by(
      connection_.prepared("SELECT coalesce(i.result, c.result) AS result, count(*) FROM callback"
                           " AS c LEFT JOIN inbox AS i ON i.callback_key = c.key GROUP BY 1"),
      ports::parse_callback_result);
  auto& pruned = connection_.prepared(
      "SELECT (SELECT count(pruned_at) FROM recovery), (SELECT count(pruned_at) FROM callback)");
  ensure(pruned.step(), "a count returns its row");
  Columns in(pruned);
  counts.pruned_recoveries = in.integer();
  counts.pruned_callbacks = in.integer();
  pruned.reset();
  count_deliveries(counts);
  counts.waiting_for_person = waiting_for_person();
  return counts;
}

std::vector<ports::Total> SqlTx::totals() {
  auto& query = connection_.prepared(
      "SELECT state, reason, currency, count(*), sum(amount) FROM recovery"
      " WHERE refunded = 0 AND charged_back = 0 GROUP BY state, reason, currency ORDER BY 1, 2, 3");
  return read_all(query, [](Columns& in) {
    ports::Total total;
    total.state = in.word(billing::parse_recovery_state);
    total.reason = in.word(billing::parse_reason);
    total.currency = in.currency();
    total.count = in.integer();
    total.minor = in.integer();
    return total;
  });
}

std::vector<ports::Returned> SqlTx::returned() {
  auto& query = connection_.prepared(
      "SELECT charged_back, currency, count(*), sum(amount) FROM recovery"
      " WHERE refunded = 1 OR charged_back = 1 GROUP BY charged_back, currency ORDER BY 1, 2");
  return read_all(query, [](Columns& in) {
    ports::Returned money;
    // A charge that was both refunded and charged back went back once.
    money.how = in.flag() ? ports::MoneyBack::charged_back : ports::MoneyBack::refunded;
    money.currency = in.currency();
    money.count = in.integer();
    money.minor = in.integer();
    return money;
  });
}

}  // namespace recycled::store
