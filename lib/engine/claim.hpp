// What every claim has in common, of a subscription's cycle or of a new sale: the card networks'
// cap, the end of its time, the recovery that is appended, the audit row that tells of it.
#pragma once

#include <optional>
#include <string>

#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// Nothing: the card networks' cap leaves room for another hand-over of this card now. `planned`
// more are taken for made just now.
std::optional<Instant> card_is_free_at(ports::LedgerReader& reader, const std::string& token,
                                       Instant now, const Desk& desk, int planned = 0);

// When the time ends that FlexFactor has for what is claimed now (B3, S2).
Instant expiry_of(const GatewayId& provider, const Desk& desk, Instant now);

// A recovery at its claim: the request is due at once, and has not left.
billing::Recovery at_claim(const OrderId& order, Instant claimed_at, Instant expires_at);

// Appends the recovery with the bytes that will leave. Nothing: another process was faster. `why`
// is what decided, where that is not plain from the recovery.
std::optional<RecoveryKey> append(ports::LedgerTx& tx, const ports::NewRecovery& fresh, Instant now,
                                  const std::string& why = {});

}  // namespace recycled::engine
