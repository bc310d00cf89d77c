#include "store/postgres_ledger.hpp"

#include <utility>

#include "store/group_commit.hpp"
#include "store/migrate.hpp"
#include "store/postgres.hpp"
#include "store/sql_tx.hpp"
#include "store/work_queue.hpp"

namespace recycled::store {

class PostgresLedger::Impl {
 public:
  explicit Impl(const std::string& url)
      : connection_(url),
        queue_([this](const std::vector<Job*>& jobs) { run_group(connection_, jobs, known_); }) {}

  Result<void> prepare(const std::string& worker, Executor executor, Instant now) {
    auto ready = migrate(connection_, migrations(Dialect::postgresql), now);
    if (!ready) return ready;
    connection_.mark_commits(worker);
    {
      const Transaction snapshot(connection_, Access::read_only);
      known_ = SqlTx(connection_).audit_head();
    }
    if (executor == Executor::thread) queue_.start();
    return {};
  }

  WorkQueue& queue() { return queue_; }

 private:
  Postgres connection_;
  ports::AuditHead known_;  // how far the audit trail had come when last seen
  WorkQueue queue_;
};

Result<std::unique_ptr<PostgresLedger>> PostgresLedger::open(const std::string& url,
                                                             const std::string& worker,
                                                             Executor executor, Instant now) {
  try {
    auto impl = std::make_unique<Impl>(url);
    if (auto ready = impl->prepare(worker, executor, now); !ready) return Failure(ready.error());
    return std::unique_ptr<PostgresLedger>(new PostgresLedger(std::move(impl)));
  } catch (const SqlError& error) {
    return fail(error.fault(), std::string("cannot open the ledger: ") + error.what());
  }
}

PostgresLedger::PostgresLedger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PostgresLedger::~PostgresLedger() = default;

async::Task<Result<void>> PostgresLedger::write(ports::LedgerWork work) {
  return impl_->queue().write(std::move(work));
}

Result<void> PostgresLedger::write_now(const ports::LedgerWork& work) {
  return impl_->queue().write_now(work);
}

Result<void> read_postgres_ledger(const std::string& url,
                                  const std::function<void(ports::LedgerReader&)>& look) {
  try {
    Postgres connection(url);
    const Transaction snapshot(connection, Access::read_only);
    if (auto same = check_schema(connection, migrations(Dialect::postgresql)); !same) return same;
    SqlTx reader(connection);
    look(reader);
    return {};
  } catch (const SqlError& error) {
    return as_failure(error);
  }
}

}  // namespace recycled::store
