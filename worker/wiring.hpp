// Where the rooms are put together for a command.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled {

// The ledger of a config, and what the use cases want beside it, for a command without a coroutine.
class OpenedLedger {
 public:
  virtual ~OpenedLedger() = default;

  virtual const engine::Desk& desk() const = 0;
  virtual Instant now() const = 0;
  // One transaction, durable on return. If `work` throws, nothing of it was done and the exception
  // comes out here.
  virtual Result<void> write(const ports::LedgerWork& work) = 0;
};

enum class LedgerUse {
  write,  // makes the ledger where there is none
  look,   // makes no file: where there is no ledger, an empty one that goes with the process
};

// Needs no secret: `init` comes before there are any. `settings` must outlive what it returns, and
// so must `providers`: of a command that claims, for the bytes that will leave; null for others.
Result<std::unique_ptr<OpenedLedger>> open_ledger(const config::Settings& settings,
                                                  LedgerUse use = LedgerUse::write,
                                                  ports::Providers* providers = nullptr);

}  // namespace recycled
