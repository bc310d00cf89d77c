#include "store/open.hpp"

#include "store/inspection.hpp"
#include "store/postgres_ledger.hpp"

namespace recycled::store {
namespace {

template <class Kind>
Result<std::unique_ptr<OpenLedger>> as_open(Result<std::unique_ptr<Kind>> opened) {
  if (!opened) return Failure(opened.error());
  return std::move(*opened);
}

}  // namespace

Result<std::unique_ptr<OpenLedger>> open_ledger(const Address& address, const Opening& opening,
                                                const ports::Clock& clock) {
  if (address.is_file()) {
    return as_open(SqliteLedger::open(address.file, opening.executor, clock.now()));
  }
  PostgresSettings settings;
  settings.url = address.url;
  settings.name = opening.name;
  settings.role = opening.role;
  settings.executor = opening.executor;
  settings.lease = address.lease;
  return as_open(PostgresLedger::open(settings, clock));
}

Result<void> read_ledger(const Address& address,
                         const std::function<void(ports::LedgerReader&)>& look, Schema schema) {
  if (address.is_file()) return read_ledger(address.file, look, schema);
  return read_postgres_ledger(address.url, look, schema);
}

Result<void> inspect_ledger(const Address& address,
                            const std::function<void(ports::LedgerInspector&)>& look) {
  if (address.is_file()) return inspect_ledger(address.file, look);
  return inspect_postgres_ledger(address.url, look);
}

}  // namespace recycled::store
