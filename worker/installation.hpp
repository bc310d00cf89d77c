// Who this ledger is: part of every id that leaves (architecture.md step 1).
#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "store/ledger.hpp"

namespace recycled {

// The ledger's installation id, drawn once at its first opening. Before any concurrent use.
Result<InstallationId> installation_of(store::SqliteLedger& ledger);

// The same of one that is only read; empty before anybody has written to it.
InstallationId installation_in(ports::LedgerReader& ledger);

}  // namespace recycled
