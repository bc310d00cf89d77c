// The ledger on PostgreSQL, for more than one machine: the same operations, group commit and schema
// as on SQLite.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/ledger.hpp"
#include "store/ledger.hpp"

namespace recycled::store {

class PostgresLedger final : public ports::Ledger {
 public:
  // Makes the schema if the database has none, and brings it up to date. `worker` is a name that no
  // other ledger that is open has. Fault::newer, Fault::store, Fault::busy as for SQLite, and
  // Fault::away if nobody answers.
  static Result<std::unique_ptr<PostgresLedger>> open(const std::string& url,
                                                      const std::string& worker, Executor executor,
                                                      Instant now);
  ~PostgresLedger() override;  // finishes what is queued

  // What went wrong for nobody's fault is done anew; what remains is Fault::away (nobody answers: a
  // connection is tried anew at each write) or Fault::busy.
  async::Task<Result<void>> write(ports::LedgerWork work) override;
  Result<void> write_now(const ports::LedgerWork& work);  // as SqliteLedger's

 private:
  class Impl;
  explicit PostgresLedger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One consistent snapshot, never a write. Fault::not_found when the database has no ledger.
Result<void> read_postgres_ledger(const std::string& url,
                                  const std::function<void(ports::LedgerReader&)>& look);

}  // namespace recycled::store
