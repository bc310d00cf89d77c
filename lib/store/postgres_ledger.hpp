// The ledger on PostgreSQL: the same operations, group commit and schema as on SQLite, reached from
// any machine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/clock.hpp"
#include "ports/ledger.hpp"
#include "store/ledger.hpp"
#include "store/open.hpp"

namespace recycled::store {

struct PostgresSettings {
  std::string url;
  std::string name;  // of this process, for people
  Role role = Role::visitor;
  Executor executor = Executor::inline_;
  // After so long a silence a worker is taken for dead, by the server's clock, and another takes
  // over what it held.
  Millis lease = std::chrono::seconds(30);
};

class PostgresLedger final : public OpenLedger {
 public:
  // Makes the schema if the database has none, and brings it up to date. Any number of workers may
  // be there. Fault::newer, Fault::store and Fault::unavailable (nobody answers) as ever. `clock`
  // outlives it.
  static Result<std::unique_ptr<PostgresLedger>> open(const PostgresSettings& settings,
                                                      const ports::Clock& clock);
  ~PostgresLedger() override;  // finishes what is queued, and gives up its place

  // What went wrong for nobody's fault is done anew, and a server that is away is waited for, half
  // a minute or what is left of the lease. Fault::unavailable: nobody answers still; a connection
  // is tried anew at each write. Fault::busy: this process was taken for dead, for good.
  async::Task<Result<void>> write(ports::LedgerWork work) override;
  async::Task<Result<void>> write_first(ports::LedgerWork work) override;
  Result<void> write_now(const ports::LedgerWork& work) override;
  Instant ours_until() const override;
  std::optional<Millis> looks_for_others_every() const override;

 private:
  class Impl;
  explicit PostgresLedger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One consistent snapshot, never a write. Fault::not_found when the database has no ledger.
Result<void> read_postgres_ledger(const std::string& url,
                                  const std::function<void(ports::LedgerReader&)>& look,
                                  Schema schema = Schema::ours);

}  // namespace recycled::store
