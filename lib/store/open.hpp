// A ledger wherever it is: a file of SQLite's or a database of PostgreSQL's.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "ports/clock.hpp"
#include "ports/inspection.hpp"
#include "ports/ledger.hpp"
#include "store/ledger.hpp"

namespace recycled::store {

struct Address {
  std::filesystem::path file;
  std::string url{};                        // of PostgreSQL; empty: it is the file
  Millis lease = std::chrono::seconds(30);  // of a worker at the latter

  bool is_file() const { return url.empty(); }
};

// A worker makes calls; visitors say a word beside it (an import, say). That a file has one worker
// whoever opens it sees to (system/run_lock.hpp).
enum class Role { worker, visitor };

struct Opening {
  Role role = Role::visitor;
  Executor executor = Executor::inline_;
  std::string name;  // of this process, for people
};

// Makes it where there is none. Errors as of SqliteLedger::open and PostgresLedger::open.
Result<std::unique_ptr<OpenLedger>> open_ledger(const Address& address, const Opening& opening,
                                                const ports::Clock& clock);

// As the functions of these names for one kind.
Result<void> read_ledger(const Address& address,
                         const std::function<void(ports::LedgerReader&)>& look,
                         Schema schema = Schema::ours);
Result<void> inspect_ledger(const Address& address,
                            const std::function<void(ports::LedgerInspector&)>& look);

}  // namespace recycled::store
