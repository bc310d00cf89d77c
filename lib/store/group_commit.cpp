#include "store/group_commit.hpp"

#include <string>

#include <sqlite3.h>

#include "base/failpoint.hpp"
#include "store/sqlite_tx.hpp"

namespace recycled::store {
namespace {

// A failure of the disk or the lock concerns the whole group; a constraint that fails is the
// work's.
bool concerns_all(const SQLite::Exception& exception) {
  switch (exception.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
      return true;
    default:
      return false;
  }
}

// False: it threw, which is its caller's to know.
bool ran(SqliteTx& tx, Job& job) {
  job.thrown = nullptr;
  try {
    job.work(tx);
    return true;
  } catch (const SQLite::Exception& exception) {
    if (concerns_all(exception)) throw;
    job.thrown = std::current_exception();
  } catch (...) {
    job.thrown = std::current_exception();
  }
  return false;
}

bool was_replaced(SqliteTx& tx, const ports::AuditHead& known) {
  return known.rows > 0 && tx.audit_hash(known.rows) != known.hash;
}

void roll_back(Database& database) {
  if (sqlite3_get_autocommit(database.raw().getHandle()) != 0) return;
  try {
    database.run("ROLLBACK");
  } catch (const SQLite::Exception&) {
    // SQLite has rolled back by itself (full disk, I/O error).
  }
}

// False: one of them threw, and nothing of any was kept.
bool committed(Database& database, const std::vector<Job*>& jobs, ports::AuditHead& known) {
  SqliteTx tx(database);
  try {
    // IMMEDIATE: an upgrade from read to write would fail at once whatever the timeout
    // (lessons.md 23).
    database.run("BEGIN IMMEDIATE");
    if (was_replaced(tx, known)) {
      roll_back(database);
      for (Job* job : jobs) job->result = replaced();
      return true;
    }
    for (Job* job : jobs) {
      if (ran(tx, *job)) continue;
      roll_back(database);
      return false;
    }
    tx.store_head();
    may_die_at(Failpoint::commit_before);
    database.run("COMMIT");
    may_die_at(Failpoint::commit_done);
    known = tx.new_head().value_or(known);
  } catch (const SQLite::Exception& exception) {
    roll_back(database);
    for (Job* job : jobs) job->result = as_failure(exception);
  }
  return true;
}

}  // namespace

Failure replaced() {
  return fail(Fault::away, "ledger: another one was put in its place while it was open");
}

std::string words_of(const SQLite::Exception& exception) {
  std::string words = exception.what();
  if (exception.getErrorCode() == SQLITE_CANTOPEN) {
    words +=
        "; also to be read it wants files beside it: can this user write in its folder, or is "
        "the disk read-only?";
  }
  return words;
}

Failure as_failure(const SQLite::Exception& exception) {
  const bool busy = exception.getErrorCode() == SQLITE_BUSY;
  return fail(busy ? Fault::busy : Fault::store, "ledger: " + words_of(exception));
}

void run_group(Database& database, const std::vector<Job*>& jobs, ports::AuditHead& known) {
  if (committed(database, jobs, known) || jobs.size() == 1) return;
  // A savepoint for each would cost all of them what hardly ever one needs.
  for (Job* job : jobs) committed(database, {job}, known);
}

}  // namespace recycled::store
