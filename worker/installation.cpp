#include "installation.hpp"

#include <iostream>

#include "config/words.hpp"
#include "crypto/guid.hpp"
#include "store/mark.hpp"
#include "system/entropy.hpp"
#include "system/machine.hpp"

namespace recycled {
namespace {

constexpr const char* installation_name = "installation";

}  // namespace

engine::Place place_of(const config::Settings& settings, const std::filesystem::path& ledger) {
  engine::Place place;
  place.machine = settings.machine.empty() ? system::machine_id() : settings.machine;
  place.file = store::identity_of(ledger);
  place.remembered = store::read_mark(ledger);
  for (const auto& [gateway, account] : settings.accounts) {
    place.accounts.emplace(gateway,
                           std::string(config::to_text(account.environment)) + " " + account.mid);
  }
  return place;
}

Result<InstallationId> installation_of(store::SqliteLedger& ledger, const engine::Place& here) {
  system::KernelEntropy entropy;
  std::string id = crypto::derive_guid({"installation", entropy.bytes(32)});
  std::vector<std::string> broken;
  const auto done = ledger.write_now([&](ports::LedgerTx& tx) {
    broken = engine::broken_seal(tx, here);
    if (!broken.empty()) return;
    engine::put_seal(tx, here);
    if (const auto known = tx.meta(installation_name)) {
      id = *known;
    } else {
      tx.set_meta(installation_name, id);
    }
  });
  if (!done) return Failure(done.error());
  if (!broken.empty()) return fail(Fault::away, away_in_words(broken));
  return InstallationId(id);
}

InstallationId installation_in(ports::LedgerReader& ledger) {
  return InstallationId(ledger.meta(installation_name).value_or(""));
}

std::string away_in_words(const std::vector<std::string>& broken) {
  if (broken.empty()) return {};
  std::string text = "the ledger is sealed: ";
  for (const std::string& one : broken) text += (&one == &broken.front() ? "" : "; ") + one;
  return text + ". It can be read and is not written. If it is to go on, here and nowhere else: " +
         "recycled adopt";
}

void note_if_away(const config::Settings& settings) {
  // What cannot be read is told of by whoever wants to.
  static_cast<void>(look_at_ledger(settings, [](ports::LedgerReader&) {}));
}

Result<void> look_at_ledger(const config::Settings& settings,
                            const std::function<void(ports::LedgerReader&)>& look) {
  const engine::Place here = place_of(settings, settings.store_path);
  return store::read_ledger(settings.store_path, [&](ports::LedgerReader& ledger) {
    const std::string away = away_in_words(engine::broken_seal(ledger, here));
    if (!away.empty()) std::cerr << "note: " << away << '\n';
    look(ledger);
  });
}

}  // namespace recycled
