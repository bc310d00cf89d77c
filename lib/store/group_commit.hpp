// Many small pieces of work, one transaction, one fsync. Plain and synchronous: where it runs is
// the ledger's business.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/ledger.hpp"
#include "store/database.hpp"

namespace recycled::store {

struct Job {
  ports::LedgerWork work;
  Result<void> result;
  std::exception_ptr thrown;  // by the work itself: the caller's bug, not the store's
};

// Runs all of them in one transaction and commits. Each is inside a savepoint, so that one which
// throws undoes only itself. If the commit fails nothing of any is kept, and each result says so.
// `known` is where the audit trail was seen to end; where the ledger has not come as far, another
// one was put in its place, and nothing is written to it: Fault::away. Afterwards it is where it
// ends now.
void run_group(Database& database, std::vector<Job*>& jobs, ports::AuditHead& known);

// What is said of every job where another ledger was put in the place of the one that is open.
Failure replaced();

// What SQLite said, with what to look for where it says little.
std::string words_of(const SQLite::Exception& exception);

// Reads as a failure of the store what SQLite threw.
Failure as_failure(const SQLite::Exception& exception);

}  // namespace recycled::store
