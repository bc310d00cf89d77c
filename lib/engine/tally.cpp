#include "engine/tally.hpp"

namespace recycled::engine {

void Tally::note(const Applied& applied) {
  const billing::Recovery& after = applied.after;
  const billing::Recovery& before = applied.before.recovery;
  if (before.state == after.state) return;
  became[after.state] += 1;
  if (after.state != billing::RecoveryState::recovered) return;
  // What has to be given back is no revenue.
  if (after.refund_due) {
    refund_due += 1;
  } else {
    recovered[after.amount.currency] += after.amount.minor;
  }
}

void Tally::note_claim(const ports::StoredRecovery& stored) {
  const Money amount = stored.recovery.amount;
  claimed += 1;
  taken[amount.currency] += amount.minor;
}

void Tally::note_sending(const ports::Attempt& attempt) {
  const bool may_have_left = attempt.outcome != billing::name_of(billing::outcome::NotSent{});
  if (attempt.step == billing::Step::send && may_have_left) sent += 1;
}

}  // namespace recycled::engine
