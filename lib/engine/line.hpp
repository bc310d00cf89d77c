// A log line about a recovery: the same fields, whatever it tells.
#pragma once

#include "ports/events.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

ports::Event line_about(ports::EventName name, RecoveryKey key, const SubscriptionId& subscription,
                        const billing::Recovery& recovery);

inline ports::Event line_about(ports::EventName name, const ports::StoredRecovery& stored) {
  return line_about(name, stored.key, stored.subscription, stored.recovery);
}

}  // namespace recycled::engine
