// Who this installation is, and whether its ledger is at home: each ledger has an id of its own, of
// which all order ids are derived, and is sealed to the place where it works (engine/seal.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "engine/seal.hpp"
#include "ports/ledger.hpp"
#include "store/open.hpp"

namespace recycled {

// Where a config's ledger is, and how that is written for people.
store::Address address_of(const config::Settings& settings);
std::string text_of(const store::Address& address);

// Where a ledger is opened now, and for which accounts: a database is at home on every machine. To
// be asked before the ledger is read, which may go on meanwhile.
engine::Place place_of(const config::Settings& settings, const store::Address& ledger);

// Why that ledger is not written here, and what to do about it; nothing: it is at home.
std::optional<std::string> why_away(const config::Settings& settings, const store::Address& ledger);

// To be written. Fault::away: why_away; then the file is as it was, and none was made.
Result<std::unique_ptr<store::OpenLedger>> open_at_home(const config::Settings& settings,
                                                        const store::Address& ledger,
                                                        store::Role role, store::Executor executor,
                                                        const ports::Clock& clock);

// The ledger's installation id, drawn once at its first opening, which also seals it. Before any
// concurrent use.
Result<InstallationId> installation_of(store::OpenLedger& ledger, const engine::Place& here);

// The same without a seal, for those that only look; empty: it has none yet.
InstallationId installation_in(ports::LedgerReader& ledger);

// Says so on standard error, if the config's ledger is not at home.
void note_if_away(const config::Settings& settings);

// store::read_ledger for those that only look, which works on a ledger that is at home elsewhere as
// well: standard error says so.
Result<void> look_at_ledger(const config::Settings& settings,
                            const std::function<void(ports::LedgerReader&)>& look);

}  // namespace recycled
