// The ledger on SQLite: group commit in front of one connection.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/ledger.hpp"

namespace recycled::store {

// Where the queued work runs. In the service: its own thread, so that an fsync never holds up the
// network, and everything that gathered meanwhile is one transaction. Inline: at once on the
// caller's thread, so that a simulation with a seed replays, and a command line needs no thread.
enum class Executor { thread, inline_ };

// In place of a file: a ledger that goes with its connection.
inline const std::filesystem::path in_memory = ":memory:";

// What whoever opens a ledger may do beside its port.
class OpenLedger : public ports::Ledger {
 public:
  // The same as write() without a coroutine, for command lines and tests: one transaction of its
  // own. Not for use beside Executor::thread while work is queued.
  virtual Result<void> write_now(const ports::LedgerWork& work) = 0;
};

class SqliteLedger final : public OpenLedger {
 public:
  // Creates the file if it is missing and brings it up to date. Fault::newer, Fault::store,
  // Fault::busy (another process holds it longer than the busy timeout).
  static Result<std::unique_ptr<SqliteLedger>> open(const std::filesystem::path& file,
                                                    Executor executor, Instant now);
  ~SqliteLedger() override;  // finishes what is queued

  async::Task<Result<void>> write(ports::LedgerWork work) override;
  async::Task<Result<void>> write_first(ports::LedgerWork work) override;

  Result<void> write_now(const ports::LedgerWork& work) override;

  // The mark beside the ledger (mark.hpp) says this from here on, even where it had come further.
  // It follows each commit by itself.
  void mark(const ports::AuditHead& head);

 private:
  class Impl;
  explicit SqliteLedger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Of which schema a ledger may be that is read: this program's, or any, where what is asked for may
// not be there yet (Fault::not_found).
enum class Schema { ours, any };

// A second pair of eyes: one consistent snapshot, never a write, beside a running service. Fault::
// not_found when there is no ledger.
Result<void> read_ledger(const std::filesystem::path& file,
                         const std::function<void(ports::LedgerReader&)>& look,
                         Schema schema = Schema::ours);

}  // namespace recycled::store
