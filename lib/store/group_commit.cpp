#include "store/group_commit.hpp"

#include <string>

#include "base/failpoint.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

// False: it threw, which is its caller's to know.
bool ran(SqlTx& tx, Job& job) {
  job.thrown = nullptr;
  try {
    job.work(tx);
    return true;
  } catch (const SqlError& error) {
    if (error.of() != SqlError::Of::work) throw;
    job.thrown = std::current_exception();
  } catch (...) {
    job.thrown = std::current_exception();
  }
  return false;
}

bool was_replaced(SqlTx& tx, const ports::AuditHead& known) {
  return known.rows > 0 && tx.audit_hash(known.rows) != known.hash;
}

// False: one of them threw, and nothing of any was kept.
bool committed(Connection& connection, const std::vector<Job*>& jobs, ports::AuditHead& known) {
  SqlTx tx(connection);
  try {
    Transaction transaction(connection, Access::read_write);
    if (was_replaced(tx, known)) {
      for (Job* job : jobs) job->result = replaced();
      return true;
    }
    for (Job* job : jobs) {
      if (!ran(tx, *job)) return false;
    }
    tx.store_head();
    may_die_at(Failpoint::commit_before);
    transaction.commit();
    may_die_at(Failpoint::commit_done);
    known = tx.new_head().value_or(known);
  } catch (const SqlError& error) {
    for (Job* job : jobs) job->result = as_failure(error);
  }
  return true;
}

}  // namespace

Failure replaced() {
  return fail(Fault::away, "ledger: another one was put in its place while it was open");
}

Failure as_failure(const SqlError& error) {
  return fail(error.fault(), std::string("ledger: ") + error.what());
}

void run_group(Connection& connection, const std::vector<Job*>& jobs, ports::AuditHead& known) {
  if (committed(connection, jobs, known) || jobs.size() == 1) return;
  // A savepoint for each would cost all of them what hardly ever one needs.
  for (Job* job : jobs) committed(connection, {job}, known);
}

}  // namespace recycled::store
