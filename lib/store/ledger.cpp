#include "store/ledger.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <sqlite3.h>

#include "async/suspend.hpp"
#include "store/audit_chain.hpp"
#include "store/checkpointer.hpp"
#include "store/database.hpp"
#include "store/group_commit.hpp"
#include "store/mark.hpp"
#include "store/migrate.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {

namespace {

// Enough to fill an fsync's time, few enough that nobody waits long behind a group.
constexpr std::size_t largest_group = 2048;

struct Waiting {
  Job* job;
  async::Resume resume;
};

Result<void> settle(Job& job) {
  if (job.thrown) std::rethrow_exception(job.thrown);
  return job.result;
}

}  // namespace

class SqliteLedger::Impl {
 public:
  Impl(const std::filesystem::path& file, Executor executor)
      : database_(file, Access::read_write), executor_(executor) {
    if (file == in_memory) return;
    file_ = file;
    identity_ = identity_of(file);
    mark_.emplace(file);
  }

  ~Impl() {
    stop();
    checkpointer_.reset();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> prepare(Instant now) {
    auto ready = migrate(database_, migrations(), now);
    if (ready) {
      chain_older_rows(database_);
      known_ = SqlTx(database_).audit_head();
    }
    if (ready && executor_ == Executor::thread) {
      if (!file_.empty()) checkpointer_.emplace(database_, file_);
      thread_ = std::thread([this] { serve(); });
    }
    return ready;
  }

  void mark(const ports::AuditHead& head) {
    if (mark_) mark_->set(head);
  }

  bool is_inline() const { return executor_ == Executor::inline_; }

  void run_now(Job& job) {
    std::vector<Job*> group{&job};
    commit(group);
  }

  void enqueue(Job& job, async::Resume resume) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(Waiting{&job, std::move(resume)});
    }
    wake_.notify_one();
  }

 private:
  void commit(std::vector<Job*>& jobs) {
    if (identity_of(file_) != identity_) {
      for (Job* job : jobs) job->result = replaced();
      return;
    }
    const ports::AuditHead before = known_;
    run_group(database_, jobs, known_);
    if (known_ != before) mark(known_);
  }

  // The store's thread: takes all that has gathered, commits it once, then answers everybody.
  void serve() {
    std::vector<Waiting> group;
    while (next_group(group)) {
      std::vector<Job*> jobs;
      jobs.reserve(group.size());
      for (const Waiting& waiting : group) jobs.push_back(waiting.job);
      commit(jobs);
      for (const Waiting& waiting : group) waiting.resume();
      group.clear();
    }
  }

  // False: stopped, and nothing is left to do.
  bool next_group(std::vector<Waiting>& group) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    const std::size_t count = std::min(queue_.size(), largest_group);
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    group.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    return !group.empty();
  }

  void stop() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  Database database_;
  std::filesystem::path file_;  // empty: it has none
  std::string identity_;        // of the file that is open
  ports::AuditHead known_;      // how far it had come when last seen
  std::optional<Mark> mark_;
  std::optional<Checkpointer> checkpointer_;
  Executor executor_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> queue_;
  bool stopping_ = false;
  std::thread thread_;
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
  Job job;
  job.work = std::move(work);
  if (impl_->is_inline()) {
    impl_->run_now(job);
    co_return settle(job);
  }
  std::function<void(async::Resume)> start = [this, &job](async::Resume resume) {
    impl_->enqueue(job, std::move(resume));
  };
  co_await async::until_resumed(std::move(start));
  co_return settle(job);
}

Result<void> SqliteLedger::write_now(const ports::LedgerWork& work) {
  Job job;
  job.work = work;
  impl_->run_now(job);
  return settle(job);
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
    const bool lacks = schema == Schema::any && error.of() == SqlError::Of::work;
    return lacks ? fail(Fault::not_found, std::string("ledger: ") + error.what())
                 : as_failure(error);
  }
}

}  // namespace recycled::store
