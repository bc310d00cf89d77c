// What becomes of a subscription when its recovery ends: next cycle or Recycle Failed, and on every
// way out the gateway and card it had at the decline (mission.md B4, B5; lessons.md 7). And of a
// new sale: complete, or declined (N2).
#pragma once

#include "engine/apply.hpp"

namespace recycled::engine {

// Writes the settlement that applied.move asks for; nothing for Move::none. What tells of it is
// announce.hpp's.
void settle(ports::LedgerTx& tx, const Applied& applied, const Owner& owner, const Desk& desk,
            const Moment& moment);

}  // namespace recycled::engine
