// The breaker, fed with what comes of hand-overs (billing/breaker.hpp).
#pragma once

#include <optional>

#include "engine/desk.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// Remembers the result that this change of state is, if it is one. When it is one too many, its
// gateway is paused in the same transaction, until a person resumes: that pause.
std::optional<ports::Pause> remember_result(ports::LedgerTx& tx, const billing::Recovery& before,
                                            const billing::Recovery& after, const Desk& desk,
                                            Instant now);

}  // namespace recycled::engine
