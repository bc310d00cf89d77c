// Who this installation is, and whether its ledger is at home: each ledger has an id of its own, of
// which all order ids are derived, and is sealed to the place where it works (engine/seal.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "engine/seal.hpp"
#include "ports/ledger.hpp"
#include "store/ledger.hpp"

namespace recycled {

// Where a ledger of that file is opened now, and for which accounts.
engine::Place place_of(const config::Settings& settings, const std::filesystem::path& ledger);

// The ledger's installation id, drawn once at its first opening, which also seals it. Before any
// concurrent use. Fault::away: it is at home elsewhere; nothing was written.
Result<InstallationId> installation_of(store::SqliteLedger& ledger, const engine::Place& here);

// The same without a seal, for those that only look; empty: it has none yet.
InstallationId installation_in(ports::LedgerReader& ledger);

// What does not fit, and what to do about it, in one sentence for people; empty: it is at home.
std::string away_in_words(const std::vector<std::string>& broken);

// Says so on standard error, if it is not at home.
void note_if_away(const config::Settings& settings);

// store::read_ledger for those that only look, which works on a ledger that is at home elsewhere as
// well: standard error says so.
Result<void> look_at_ledger(const config::Settings& settings,
                            const std::function<void(ports::LedgerReader&)>& look);

}  // namespace recycled
