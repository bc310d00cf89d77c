// What the merchant's systems are told of a decision: rows of the outbox, written in the
// transaction they tell of, here and nowhere else. relay.hpp carries them out.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/apply.hpp"

namespace recycled::engine {

// The types of the events that tell of it, in their order; most decisions are told to nobody.
std::vector<std::string_view> events_of(const Applied& applied);

// Writes applied.events. `settlement` is what has been written of a subscription.
void announce(ports::LedgerTx& tx, const Applied& applied,
              const std::optional<ports::Settlement>& settlement, Instant now);

}  // namespace recycled::engine
