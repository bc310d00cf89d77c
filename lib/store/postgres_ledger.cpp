#include "store/postgres_ledger.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "store/audit_chain.hpp"
#include "store/group_commit.hpp"
#include "store/migrate.hpp"
#include "store/postgres.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"
#include "store/work_queue.hpp"
#include "store/workers.hpp"

namespace recycled::store {
namespace {

// Of a visitor, who may wait for a person or for FlexFactor between two words.
constexpr Millis lease_of_a_visitor = std::chrono::hours(1);

// How long a server may be away, unless the lease is over before.
constexpr Millis longest_absence = std::chrono::seconds(30);
constexpr Millis between_tries{200};

// For what the others leave to do.
constexpr Millis look_every = std::chrono::seconds(1);

// Whoever was silent for too long commits nothing more; his place among those that are there, which
// counts from 0, is free.
std::int64_t enter(Connection& connection, const PostgresSettings& settings, Millis lease) {
  forget_the_silent(connection);
  auto& insert = connection.prepared(
      "INSERT INTO worker (name, role, alive_until, place) SELECT ?1, ?2, server_now() + ?3,"
      " (SELECT min(place) FROM generate_series(0, (SELECT count(*) FROM worker)) AS place"
      " WHERE NOT EXISTS (SELECT 1 FROM worker AS w WHERE w.place = place.place))"
      " RETURNING key");
  Binder(insert) << settings.name
                 << std::string_view(settings.role == Role::worker ? "worker" : "visitor")
                 << std::int64_t{lease.count()};
  const auto key = insert.insert();
  ensure(key.has_value(), "an insert without a condition makes its row");
  return *key;
}

}  // namespace

class PostgresLedger::Impl {
 public:
  Impl(const PostgresSettings& settings, const ports::Clock& clock)
      : connection_(settings.url),
        clock_(clock),
        lease_(settings.role == Role::worker ? settings.lease : lease_of_a_visitor),
        queue_([this](Group& group) { commit(group); }, lease_ / 3, [this] { renew(); }) {
    connection_.try_again_while([this] { return waits_for_server(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      leaving_ = true;
    }
    woken_.notify_all();
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

  // A pooler may give it a session that has ended, once or twice.
  Result<void> prepare(const PostgresSettings& settings) {
    while (true) {
      try {
        return try_to_prepare(settings);
      } catch (const SqlError& error) {
        if (error.of() != SqlError::Of::nobody || !waits_for_server()) throw;
      }
    }
  }

  WorkQueue& queue() { return queue_; }
  Instant ours_until() const { return from_millis(ours_until_.load()); }

 private:
  Result<void> try_to_prepare(const PostgresSettings& settings) {
    if (auto ready = bring_up_to_date(); !ready) return ready;
    const Instant began = clock_.now();
    std::int64_t place = 0;
    {
      Transaction transaction(connection_, Access::read_write);
      place = enter(connection_, settings, lease_);
      transaction.commit();
    }
    place_ = place;
    connection_.work_as(place_, lease_);
    renewed(began);
    known_ = stored_head(connection_);
    if (settings.executor == Executor::thread) queue_.start();
    return {};
  }

  // Of several that make a ledger at one time one does, and the others hear that it is there.
  Result<void> bring_up_to_date() {
    constexpr int most_tries = 5;
    for (int tries = 1;; ++tries) {
      try {
        return migrate(connection_, migrations(Dialect::postgresql), clock_.now());
      } catch (const SqlError& error) {
        if (tries == most_tries || error.of() == SqlError::Of::all) throw;
      }
    }
  }

  // At once the first time: a session that has ended is no server that has.
  bool waits_for_server() {
    const Instant now = clock_.now();
    if (!away_since_) {
      away_since_ = now;
      return true;
    }
    const Instant lost = place_ == 0 ? from_millis(INT64_MAX) : ours_until();
    if (now >= std::min(*away_since_ + longest_absence, lost)) return false;
    std::unique_lock lock(mutex_);
    return !woken_.wait_for(lock, between_tries, [this] { return leaving_; });
  }

  void commit(Group& group) {
    const Instant began = clock_.now();
    const std::int64_t before = connection_.kept();
    run_group(connection_, group, known_, [this] { return waits_for_server(); });
    if (connection_.kept() != before) return renewed(began);
    // Looks alone renew nothing, and may go on without an end.
    if (began >= ours_until() - 2 * lease_ / 3) renew();
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

  void renewed(Instant began) {
    ours_until_ = to_millis(began + lease_);
    away_since_.reset();
  }

  Postgres connection_;
  const ports::Clock& clock_;
  const Millis lease_;
  std::int64_t place_ = 0;
  std::atomic<std::int64_t> ours_until_ = 0;
  std::optional<Instant> away_since_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool leaving_ = false;
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

async::Task<Result<void>> PostgresLedger::write_first(ports::LedgerWork work) {
  return impl_->queue().write(std::move(work), Turn::first);
}

Result<void> PostgresLedger::write_now(const ports::LedgerWork& work) {
  return impl_->queue().write_now(work);
}

Instant PostgresLedger::ours_until() const { return impl_->ours_until(); }

std::optional<Millis> PostgresLedger::looks_for_others_every() const { return look_every; }

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
