// What one stored callback comes to: the same for one that has just come, one that has waited, and
// one that a person has looked at again. Source: lessons.md 11, 14.
#pragma once

#include <optional>

#include "engine/apply.hpp"
#include "engine/desk.hpp"
#include "engine/moment.hpp"
#include "ports/callback.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// Decides upon the callback and writes its effect, and says in `callback` what became of it; the
// caller keeps that in the same transaction.
std::optional<Applied> process_callback(ports::LedgerTx& tx, ports::StoredCallback& callback,
                                        const Result<ports::CallbackContent>& content,
                                        const Desk& desk, const Moment& moment);

// It could not be done: when it is looked at again, or that a person must look.
void look_again(ports::StoredCallback& callback, ports::CallbackResult result, Instant now);

// One that somebody wants processed again, whatever had become of it. News that was acted upon is
// old news and changes nothing. Audited where it names a recovery.
struct Replayed {
  ports::StoredCallback callback;  // as it stands now
  std::optional<Applied> applied;
};
// Nothing: there is no such callback.
std::optional<Replayed> replay_callback(ports::LedgerTx& tx, CallbackKey key,
                                        const ports::CallbackReader& reader, const Desk& desk,
                                        const Moment& moment);

}  // namespace recycled::engine
