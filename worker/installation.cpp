#include "installation.hpp"

#include <iostream>

#include "config/words.hpp"
#include "crypto/guid.hpp"
#include "store/mark.hpp"
#include "store/move.hpp"
#include "system/entropy.hpp"
#include "system/machine.hpp"
#include "system/user.hpp"

namespace recycled {
namespace {

constexpr const char* installation_name = "installation";

std::optional<std::string> why_lost(const std::filesystem::path& file, const engine::Place& here) {
  if (!here.remembered || here.remembered->rows == 0) return std::nullopt;
  return "there is no ledger at " + file.string() +
         " any more: the mark beside it says that it had " + "come to row " +
         std::to_string(here.remembered->rows) + " of its audit trail. Put a " +
         "backup in its place, then: recycled adopt. A new one would hand over everything again " +
         "under ids that nobody recognises; if there is nothing that could be handed over again, " +
         "delete " + file.string() + ".mark";
}

}  // namespace

store::Address address_of(const config::Settings& settings) {
  store::Address address;
  address.file = settings.store_path;
  address.url = settings.store_url;
  address.lease = settings.store_lease;
  return address;
}

std::string text_of(const store::Address& address) {
  return address.is_file() ? address.file.string() : address.url;
}

engine::Place place_of(const config::Settings& settings, const store::Address& ledger) {
  engine::Place place;
  if (ledger.is_file()) {
    place.machine = settings.machine.empty() ? system::machine_id() : settings.machine;
    place.file = store::identity_of(ledger.file);
    place.remembered = store::read_mark(ledger.file);
  }
  for (const auto& [gateway, account] : settings.accounts) {
    place.accounts.emplace(gateway,
                           std::string(config::to_text(account.environment)) + " " + account.mid);
  }
  return place;
}

Result<std::unique_ptr<store::OpenLedger>> open_at_home(const config::Settings& settings,
                                                        const store::Address& ledger,
                                                        store::Role role, store::Executor executor,
                                                        const ports::Clock& clock) {
  if (const auto away = why_away(settings, ledger)) return fail(Fault::away, *away);
  const store::Opening opening{role, executor, system::process_name()};
  return store::open_ledger(ledger, opening, clock);
}

Result<InstallationId> installation_of(store::OpenLedger& ledger, const engine::Place& here) {
  system::KernelEntropy entropy;
  const std::string fresh = crypto::derive_guid({"installation", entropy.bytes(32)});
  std::string id;
  const auto done = ledger.write_now([&](ports::LedgerTx& tx) {
    engine::put_seal(tx, here);
    id = tx.meta_or(installation_name, fresh);
  });
  if (!done) return Failure(done.error());
  return InstallationId(id);
}

InstallationId installation_in(ports::LedgerReader& ledger) {
  return InstallationId(ledger.meta(installation_name).value_or(""));
}

std::optional<std::string> why_away(const config::Settings& settings,
                                    const store::Address& ledger) {
  const engine::Place here = place_of(settings, ledger);
  if (ledger.is_file() && !std::filesystem::exists(ledger.file)) return why_lost(ledger.file, here);
  std::vector<std::string> broken;
  std::optional<std::string> elsewhere;
  const auto look = [&](ports::LedgerReader& reader) {
    elsewhere = store::why_elsewhere(reader);
    broken = engine::broken_seal(reader, here);
  };
  const auto read = store::read_ledger(ledger, look, store::Schema::any);
  // One of before the seal has no mark; what cannot be read at all is told of by who opens it.
  const bool is_marked = here.remembered && here.remembered->rows > 0;
  if (!read && is_marked && read.error().fault == Fault::not_found) {
    broken.push_back("it cannot be held against the mark beside it (" + read.error().message + ")");
  }
  if (elsewhere) return elsewhere;
  if (broken.empty()) return std::nullopt;
  std::string text = "the ledger is sealed: ";
  for (const std::string& one : broken) text += (&one == &broken.front() ? "" : "; ") + one;
  return text + ". It can be read and is not written. If it is to go on, here and nowhere else: " +
         "recycled adopt";
}

void note_if_away(const config::Settings& settings) {
  const auto away = why_away(settings, address_of(settings));
  if (away) std::cerr << "note: " << *away << '\n';
}

Result<void> look_at_ledger(const config::Settings& settings,
                            const std::function<void(ports::LedgerReader&)>& look) {
  note_if_away(settings);
  return store::read_ledger(address_of(settings), look);
}

}  // namespace recycled
