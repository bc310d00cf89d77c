// Many small pieces of work, one transaction, one fsync. Plain and synchronous: where it runs is
// the ledger's business.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/ledger.hpp"
#include "store/ledger.hpp"
#include "store/statement.hpp"

namespace recycled::store {

struct Job {
  ports::LedgerWork work;
  Result<void> result;
  std::exception_ptr thrown;  // by the work itself: the caller's bug, not the store's
};

// Who may be the next of a group: also somebody who has come since and goes first, or none but
// those that were there when it began.
enum class Next { anybody, who_was_there };

// What one transaction carries out, in this order.
struct Group {
  std::vector<Job*> jobs;
  // Asked when these are done, for another one; none: it is time to commit.
  std::function<Job*(Next)> more{};

  bool has_more(Next next = Next::anybody);
  // That of all who are in it, and of those who would have been: a failure that is not one's own.
  void fail(const Failure& why);
};

// Asked when nobody answers, of a database elsewhere: whether to try again.
using Patience = std::function<bool()>;

// Runs all of them in one transaction and commits. If one throws, all are undone and each is run
// again in a transaction of its own. If a commit fails nothing of it is kept, and the results of
// those in it say so. Afterwards `group.jobs` are those that have a result or have thrown; after a
// throw the others are not asked for, and are of the next group.
// `known` is where the audit trail was seen to end; where the ledger has not come as far, another
// one was put in its place, and nothing is written to it: Fault::away. Afterwards it is where it
// ends now.
void run_group(Connection& connection, Group& group, ports::AuditHead& known,
               const Patience& is_patient = {});

// What is said of every job where another ledger was put in the place of the one that is open.
Failure replaced();

Failure as_failure(const SqlError& error);
// The same of one that was only read: where any schema will do, what is not there is not_found.
Failure as_failure_to_read(const SqlError& error, Schema schema);

}  // namespace recycled::store
