#include "installation.hpp"

#include <string>

#include "crypto/guid.hpp"
#include "system/entropy.hpp"

namespace recycled {
namespace {

constexpr const char* installation_name = "installation";

}  // namespace

Result<InstallationId> installation_of(store::SqliteLedger& ledger) {
  system::KernelEntropy entropy;
  std::string id = crypto::derive_guid({"installation", entropy.bytes(32)});
  const auto done = ledger.write_now([&id](ports::LedgerTx& tx) {
    if (const auto known = tx.meta(installation_name)) {
      id = *known;
    } else {
      tx.set_meta(installation_name, id);
    }
  });
  if (!done) return Failure(done.error());
  return InstallationId(id);
}

InstallationId installation_in(ports::LedgerReader& ledger) {
  return InstallationId(ledger.meta(installation_name).value_or(""));
}

}  // namespace recycled
