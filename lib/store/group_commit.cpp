#include "store/group_commit.hpp"

#include <optional>
#include <string>

#include "base/failpoint.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

enum class Outcome {
  done,
  threw,  // one of them; nothing of any was kept
  again,  // nothing was kept, for nobody's fault
  away,   // the same: nobody answered
};

// Of transactions that got into each other's way one at least goes on each time. Many works may do
// so again and again, where each alone would not.
constexpr int most_tries = 20;
constexpr int most_tries_together = 2;

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

// Why nothing may be written here any more, by what the ledger itself says.
std::optional<Failure> why_not(SqlTx& tx, const ports::AuditHead& known) {
  const auto [where, hash] = tx.moved_to_and_hash(known.rows);
  if (!where.empty()) return fail(Fault::away, "ledger: it has moved to " + where);
  if (known.rows > 0 && hash != known.hash) return replaced();
  return std::nullopt;
}

// What a connection answers for later may be of a work before the one that hears of it.
Outcome judged(const SqlError& error, Group& group) {
  if (error.of() == SqlError::Of::work) {
    group.jobs.front()->thrown = std::current_exception();
    return Outcome::threw;
  }
  group.fail(as_failure(error));
  if (error.of() != SqlError::Of::nobody) return Outcome::done;
  return error.fault() == Fault::unavailable ? Outcome::away : Outcome::again;
}

Outcome try_once(Connection& connection, Group& group, ports::AuditHead& known) {
  SqlTx tx(connection);
  try {
    Transaction transaction(connection, Access::read_write);
    if (const auto reason = why_not(tx, known)) {
      group.fail(*reason);
      return Outcome::done;
    }
    for (std::size_t i = 0; i < group.jobs.size() || group.has_more(); ++i) {
      if (!ran(tx, *group.jobs[i])) return Outcome::threw;
    }
    tx.write_records();
    may_die_at(Failpoint::commit_before);
    transaction.commit();
    may_die_at(Failpoint::commit_done);
    known = tx.new_head().value_or(known);
    for (Job* job : group.jobs) job->result = {};
  } catch (const SqlError& error) {
    return judged(error, group);
  }
  return Outcome::done;
}

// False: nothing of any was kept, and each is to be run alone: one of them threw, or they get into
// another's way together.
bool committed(Connection& connection, Group& group, ports::AuditHead& known,
               const Patience& is_patient) {
  for (int tries = 1;; ++tries) {
    const Outcome outcome = try_once(connection, group, known);
    if (outcome == Outcome::threw) return false;
    if (outcome == Outcome::done) return true;
    if (outcome == Outcome::again && group.jobs.size() > 1 && tries == most_tries_together)
      return false;
    const bool waits = outcome == Outcome::away && is_patient;
    if (waits ? !is_patient() : tries == most_tries) return true;
  }
}

}  // namespace

bool Group::has_more(Next next) {
  Job* job = more ? more(next) : nullptr;
  if (job != nullptr) jobs.push_back(job);
  return job != nullptr;
}

void Group::fail(const Failure& why) {
  while (has_more(Next::who_was_there)) {
  }
  for (Job* job : jobs) {
    job->result = why;
    job->thrown = nullptr;  // of a try before
  }
}

Failure replaced() {
  return fail(Fault::away, "ledger: another one was put in its place while it was open");
}

Failure as_failure(const SqlError& error) {
  return fail(error.fault(), std::string("ledger: ") + error.what());
}

Failure as_failure_to_read(const SqlError& error, Schema schema) {
  const bool lacks = schema == Schema::any && error.of() == SqlError::Of::work;
  return lacks ? fail(Fault::not_found, std::string("ledger: ") + error.what()) : as_failure(error);
}

void run_group(Connection& connection, Group& group, ports::AuditHead& known,
               const Patience& is_patient) {
  if (committed(connection, group, known, is_patient) || group.jobs.size() == 1) return;
  // A savepoint for each would cost all of them what hardly ever one needs.
  for (Job* job : group.jobs) {
    Group alone{{job}};
    committed(connection, alone, known, is_patient);
  }
}

}  // namespace recycled::store
