// What every claim has in common, of a subscription's cycle or of a new sale: the card networks'
// cap, the end of its time, the recovery that is appended, the audit row that tells of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/ceilings.hpp"
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

// What was handed over of the subject for that `why`, whatever came of it; not what never left, as
// if it had not been claimed.
std::optional<ports::StoredRecovery> claimed_for(ports::LedgerReader& reader,
                                                 const ports::Subject& subject,
                                                 const std::string& why);

// What was planned before, of many that are planned one after the other: no such claim is written,
// and it counts all the same.
struct Draft {
  explicit Draft(Room space) : room(std::move(space)) {}

  std::map<std::string, int> cards;  // hand-overs of each, for the card networks' cap
  int taken = 0;
  Room room;
};

// The `why` of the recovery's own claim.
std::string why_claimed(ports::LedgerReader& reader, const ports::StoredRecovery& stored);

}  // namespace recycled::engine
