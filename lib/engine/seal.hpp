// The install seal: a ledger belongs to one place, and hands over nothing in another one. A copy on
// a second machine, and a backup that was restored, do not know what the other has handed over
// since; so a person says first which of them goes on (`recycled adopt`). Source: lessons.md 8.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ports/ledger.hpp"

namespace recycled::engine {

// Where a ledger is opened. What is empty is not known, and then no evidence.
struct Place {
  std::string machine;  // its id, or the name that the config gives it
  std::string file;     // which file it is: another one with the same content is a copy
  std::map<GatewayId, std::string> accounts;  // FlexFactor's, "live mid-1"
  // How far the ledger of this place had come, as remembered outside of it.
  std::optional<ports::AuditHead> remembered;
};

// What does not fit, in words; empty: the ledger is at home here. One that was never sealed is at
// home where nothing is remembered of another, and one that has handed over nothing is at home in
// any account.
std::vector<std::string> broken_seal(ports::LedgerReader& ledger, const Place& here);

// From now on it is at home here. Writes only what is different.
void put_seal(ports::LedgerTx& tx, const Place& here);

// Why it cannot be adopted as it is: open hand-overs of another account, which nobody could ask
// about from here and which would be made once more in the new one.
std::optional<std::string> objection_to_adoption(ports::LedgerTx& tx, const Place& here);

// A person's word that this ledger goes on, here: sealed anew, and paused, since what was handed
// over elsewhere is not known. Until that pause is ended nothing leaves but questions: what is
// queued or in doubt is looked for at FlexFactor (billing::Adopted) by the next run. The pause.
ports::Pause adopt(ports::LedgerTx& tx, const Place& here, const std::string& by,
                   const std::string& reason, Instant now);

}  // namespace recycled::engine
