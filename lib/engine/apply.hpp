// decide, then apply: one event, one transaction (architecture.md step 5). The new state, what
// becomes of the subscription, its gateway, the outbox row and the audit row are written together
// or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/desk.hpp"
#include "engine/moment.hpp"
#include "ports/events.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// What an event came to: told to the log once the transaction is durable.
struct Applied {
  ports::StoredRecovery before;
  billing::Recovery after;
  billing::Move move = billing::Move::none;
  billing::Alarm alarm = billing::Alarm::none;
  std::vector<std::string_view> events;  // told to the merchant's systems (announce.hpp)
  std::optional<ports::Pause> tripped;   // it was one bad result too many (breaker.hpp)
};

// Guarded by the state it read; when somebody was faster, decides again on what is there now.
// `stored` is as this transaction has read it.
Applied apply(ports::LedgerTx& tx, ports::StoredRecovery stored, const billing::Event& event,
              const Desk& desk, const Moment& moment);
Applied apply(ports::LedgerTx& tx, RecoveryKey key, const billing::Event& event, const Desk& desk,
              const Moment& moment);

// A person's word on a parked recovery. A sentence: why it does not fit, and nothing was changed.
std::variant<Applied, std::string> apply_word(ports::LedgerTx& tx, RecoveryKey key,
                                              billing::PersonWord word, const Desk& desk,
                                              const Moment& moment);

// Frees a cycle whose request certainly never left and has expired.
Applied apply_release(ports::LedgerTx& tx, RecoveryKey key, const Desk& desk, const Moment& moment);

// In the transaction before a refund leaves: who dies over it asks about it first, and makes it
// again only if there was none.
void doubt_refund(ports::LedgerTx& tx, const ports::StoredRecovery& stored);

// In the transaction before a request leaves again: by when all that left had done so is then known
// only once it has ended.
void doubt_repeat(ports::LedgerTx& tx, const ports::StoredRecovery& stored);

// One line for what changed, one more for an alarm.
void tell(ports::Events& events, const Applied& applied);

}  // namespace recycled::engine
