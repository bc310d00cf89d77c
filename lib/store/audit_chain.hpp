// The chain of the audit rows in the store (ports/audit_chain.hpp).
#pragma once

#include <string>

#include "base/id.hpp"
#include "ports/audit_chain.hpp"
#include "ports/ledger.hpp"
#include "store/rows.hpp"
#include "store/statement.hpp"

namespace recycled::store {

// Gives the rows of a ledger that was never chained their hashes, all in one transaction: a process
// that dies over it has done nothing, and the next one does it. A ledger with a chain is not
// touched. Throws SqlError.
void chain_older_rows(Connection& connection);

// Where the chain ends in the ledger: of one without rows, where it begins.
ports::AuditHead stored_head(Connection& connection);
void put_head(Connection& connection, const ports::AuditHead& head);

// What a claim has fixed for good, digested: as it is stored (empty: there is no such recovery),
// and as it will be, which is the same.
std::string digest_of_claim(Connection& connection, RecoveryKey key);
std::string digest_of_claim(const ports::NewRecovery& fresh);

// Whether that row tells of a claim, whose digest it has.
bool is_claim(const ports::AuditRow& row);

#define CHAINED_COLUMNS                                                                     \
  "key, at, recovery_key, subscription_key, sale_key, event, before, after, reason, claim," \
  " coalesce(hash, '')"
ports::ChainedRow read_chained(Columns& in);

}  // namespace recycled::store
