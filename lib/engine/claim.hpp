// What every claim has in common, of a subscription's cycle or of a new sale: the card networks'
// cap, the recovery that is appended, the audit row that tells of it.
#pragma once

#include <optional>
#include <string>

#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// Nothing: the card networks' cap leaves room for another hand-over of this card now.
std::optional<Instant> card_is_free_at(ports::LedgerReader& reader, const std::string& token,
                                       Instant now, const Desk& desk);

// Appends the recovery with the bytes that will leave. Nothing: another process was faster.
std::optional<RecoveryKey> append(ports::LedgerTx& tx, const ports::NewRecovery& fresh,
                                  Instant now);

}  // namespace recycled::engine
