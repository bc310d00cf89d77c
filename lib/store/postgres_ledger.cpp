#include "store/postgres_ledger.hpp"

#include <atomic>
#include <optional>
#include <utility>

#include "store/group_commit.hpp"
#include "store/migrate.hpp"
#include "store/postgres.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"
#include "store/work_queue.hpp"

namespace recycled::store {
namespace {

// Of a visitor, who may wait for a person or for FlexFactor between two words.
constexpr Millis lease_of_a_visitor = std::chrono::hours(1);

// Who works on the ledger now.
struct Worker {
  std::int64_t key = 0;
  std::string name;
  std::int64_t alive_until = 0;  // by the server's clock
};

std::optional<Worker> worker_in(Connection& connection) {
  auto& forget = connection.prepared("DELETE FROM worker WHERE alive_until < server_now()");
  forget.run();
  auto& query =
      connection.prepared("SELECT key, name, alive_until FROM worker WHERE role = 'worker'");
  std::optional<Worker> found;
  if (query.step()) {
    Columns in(query);
    found.emplace();
    found->key = in.integer();
    found->name = in.text();
    found->alive_until = in.integer();
  }
  query.reset();
  return found;
}

std::int64_t enter(Connection& connection, const PostgresSettings& settings, Millis lease) {
  auto& insert = connection.prepared(
      "INSERT INTO worker (name, role, alive_until) VALUES (?, ?, server_now() + ?) RETURNING key");
  Binder(insert) << settings.name
                 << std::string_view(settings.role == Role::worker ? "worker" : "visitor")
                 << std::int64_t{lease.count()};
  const auto key = insert.insert();
  ensure(key.has_value(), "an insert without a condition makes its row");
  return *key;
}

void wait_a_little(Connection& connection) {
  const Transaction looking(connection, Access::read_only);
  auto& sleep = connection.prepared("SELECT pg_sleep(0.25)");
  sleep.step();
  sleep.reset();
}

}  // namespace

class PostgresLedger::Impl {
 public:
  Impl(const PostgresSettings& settings, const ports::Clock& clock)
      : connection_(settings.url),
        clock_(clock),
        lease_(settings.role == Role::worker ? settings.lease : lease_of_a_visitor),
        queue_([this](const std::vector<Job*>& jobs) { commit(jobs); }, lease_ / 3,
               [this] { renew(); }) {}

  ~Impl() {
    queue_.stop();
    try {
      Transaction leaving(connection_, Access::read_write);
      auto& leave = connection_.prepared("DELETE FROM worker WHERE key = ?");
      Binder(leave) << place_;
      leave.run();
      connection_.work_as(0, lease_);
      leaving.commit();
    } catch (const SqlError&) {
      // Its lease runs out.
    }
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> prepare(const PostgresSettings& settings) {
    auto ready = migrate(connection_, migrations(Dialect::postgresql), clock_.now());
    if (!ready) return ready;
    if (auto entered = take_place(settings); !entered) return entered;
    known_ = SqlTx(connection_).audit_head();
    if (settings.executor == Executor::thread) queue_.start();
    return {};
  }

  WorkQueue& queue() { return queue_; }
  Instant ours_until() const { return from_millis(ours_until_.load()); }

 private:
  // One that is alive renews its place, and one that is dead does not.
  Result<void> take_place(const PostgresSettings& settings) {
    std::optional<Worker> first;
    while (true) {
      const Instant began = clock_.now();
      {
        Transaction transaction(connection_, Access::read_write);
        const auto there = worker_in(connection_);
        if (settings.role == Role::visitor || !there) {
          place_ = enter(connection_, settings, lease_);
          transaction.commit();
          connection_.work_as(place_, lease_);
          renewed(began);
          return {};
        }
        if (!first) first = there;
        const bool is_alive = there->key != first->key || there->alive_until != first->alive_until;
        if (is_alive) {
          return fail(Fault::busy, "another recycled works on this ledger: " + there->name);
        }
      }
      wait_a_little(connection_);
    }
  }

  void commit(const std::vector<Job*>& jobs) {
    const Instant began = clock_.now();
    const std::int64_t before = connection_.commits();
    run_group(connection_, jobs, known_);
    if (connection_.commits() != before && jobs.front()->result) renewed(began);
  }

  void renew() {
    try {
      const Instant began = clock_.now();
      connection_.renew();
      renewed(began);
    } catch (const SqlError&) {
      // Whoever writes next hears of it.
    }
  }

  void renewed(Instant began) { ours_until_ = to_millis(began + lease_); }

  Postgres connection_;
  const ports::Clock& clock_;
  const Millis lease_;
  std::int64_t place_ = 0;
  std::atomic<std::int64_t> ours_until_ = 0;
  ports::AuditHead known_;  // how far the audit trail had come when last seen
  WorkQueue queue_;
};

Result<std::unique_ptr<PostgresLedger>> PostgresLedger::open(const PostgresSettings& settings,
                                                             const ports::Clock& clock) {
  try {
    auto impl = std::make_unique<Impl>(settings, clock);
    if (auto ready = impl->prepare(settings); !ready) return Failure(ready.error());
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

Instant PostgresLedger::ours_until() const { return impl_->ours_until(); }

Result<void> read_postgres_ledger(const std::string& url,
                                  const std::function<void(ports::LedgerReader&)>& look,
                                  Schema schema) {
  try {
    Postgres connection(url);
    const Transaction snapshot(connection, Access::read_only);
    if (schema == Schema::ours) {
      if (auto same = check_schema(connection, migrations(Dialect::postgresql)); !same) return same;
    }
    SqlTx reader(connection);
    look(reader);
    return {};
  } catch (const SqlError& error) {
    return as_failure_to_read(error, schema);
  }
}

}  // namespace recycled::store
