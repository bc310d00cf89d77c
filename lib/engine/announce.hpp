// What the merchant's systems are told of a decision: rows of the outbox, written in the
// transaction they tell of, here and nowhere else. relay.hpp carries them out.
#pragma once

#include <string_view>
#include <vector>

#include "engine/apply.hpp"

namespace recycled::engine {

// The types of the events that tell of it, in their order; most decisions are told to nobody.
// `owner` is whose charge it is, as it stood when the decision was made.
std::vector<std::string_view> events_of(const Applied& applied, const Owner& owner);

// Writes applied.events. The settlement has been written.
void announce(ports::LedgerTx& tx, const Applied& applied, const Owner& owner, Instant now);

}  // namespace recycled::engine
