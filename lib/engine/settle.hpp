// What becomes of a subscription when its recovery ends: next cycle or Recycle Failed, and on every
// way out the gateway and card it had at the decline (mission.md B4, B5; lessons.md 7). And of a
// new sale: complete, or declined (N2).
#pragma once

#include <optional>

#include "engine/apply.hpp"

namespace recycled::engine {

// Writes the settlement that applied.move asks for; nothing for Move::none. What tells of it is
// announce.hpp's. Returns a subscription's; nothing: it stands as it stood, or is none.
std::optional<ports::Settlement> settle(ports::LedgerTx& tx, const Applied& applied,
                                        const Desk& desk, const Moment& moment);

}  // namespace recycled::engine
