#include "store/ledger.hpp"

#include <optional>
#include <utility>

#include "store/audit_chain.hpp"
#include "store/checkpointer.hpp"
#include "store/database.hpp"
#include "store/group_commit.hpp"
#include "store/mark.hpp"
#include "store/migrate.hpp"
#include "store/sql_tx.hpp"
#include "store/work_queue.hpp"

namespace recycled::store {

class SqliteLedger::Impl {
 public:
  Impl(const std::filesystem::path& file, Executor executor)
      : database_(file, Access::read_write),
        executor_(executor),
        queue_([this](Group& group) { commit(group); }) {
    if (file == in_memory) return;
    file_ = file;
    identity_ = identity_of(file);
    mark_.emplace(file);
  }

  ~Impl() {
    queue_.stop();
    checkpointer_.reset();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> prepare(Instant now) {
    auto ready = migrate(database_, migrations(), now);
    if (ready) {
      database_.work_anew();
      chain_older_rows(database_);
      known_ = SqlTx(database_).audit_head();
      if (!file_.empty()) database_.gather_log();
    }
    if (ready && executor_ == Executor::thread) {
      if (!file_.empty()) checkpointer_.emplace(database_, file_);
      queue_.start();
    }
    return ready;
  }

  void mark(const ports::AuditHead& head) {
    if (mark_) mark_->set(head);
  }

  WorkQueue& queue() { return queue_; }

 private:
  void commit(Group& group) {
    if (identity_of(file_) != identity_) {
      group.fail(replaced());
      return;
    }
    const ports::AuditHead before = known_;
    run_group(database_, group, known_);
    if (known_ != before) mark(known_);
  }

  Database database_;
  std::filesystem::path file_;  // empty: it has none
  std::string identity_;        // of the file that is open
  ports::AuditHead known_;      // how far it had come when last seen
  std::optional<Mark> mark_;
  std::optional<Checkpointer> checkpointer_;
  Executor executor_;
  WorkQueue queue_;
};

Result<std::unique_ptr<SqliteLedger>> SqliteLedger::open(const std::filesystem::path& file,
                                                         Executor executor, Instant now) {
  try {
    auto impl = std::make_unique<Impl>(file, executor);
    if (auto ready = impl->prepare(now); !ready) return Failure(ready.error());
    return std::unique_ptr<SqliteLedger>(new SqliteLedger(std::move(impl)));
  } catch (const SqlError& error) {
    return fail(error.fault(), "cannot open the ledger " + file.string() + ": " + error.what());
  }
}

SqliteLedger::SqliteLedger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SqliteLedger::~SqliteLedger() = default;

async::Task<Result<void>> SqliteLedger::write(ports::LedgerWork work) {
  return impl_->queue().write(std::move(work));
}

async::Task<Result<void>> SqliteLedger::write_first(ports::LedgerWork work) {
  return impl_->queue().write(std::move(work), Turn::first);
}

Result<void> SqliteLedger::write_now(const ports::LedgerWork& work) {
  return impl_->queue().write_now(work);
}

void SqliteLedger::mark(const ports::AuditHead& head) { impl_->mark(head); }

Result<void> read_ledger(const std::filesystem::path& file,
                         const std::function<void(ports::LedgerReader&)>& look, Schema schema) {
  if (!std::filesystem::exists(file)) {
    return fail(Fault::not_found, "there is no ledger at " + file.string() +
                                      "; `recycled init` or the first import makes one");
  }
  try {
    Database database(file, Access::read_only);
    if (schema == Schema::ours) {
      if (auto same = check_schema(database, migrations()); !same) return same;
    }
    const Transaction snapshot(database, Access::read_only);
    SqlTx reader(database);
    look(reader);
    return {};
  } catch (const SqlError& error) {
    return as_failure_to_read(error, schema);
  }
}

}  // namespace recycled::store
