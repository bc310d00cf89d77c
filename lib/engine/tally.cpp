#include "engine/tally.hpp"

namespace recycled::engine {

void Tally::note(const Applied& applied) {
  if (applied.before.recovery.state == applied.after.state) return;
  became[applied.after.state] += 1;
  // What has to be given back is no revenue.
  if (applied.after.state == billing::RecoveryState::recovered && !applied.after.refund_due) {
    recovered[applied.after.amount.currency] += applied.after.amount.minor;
  }
}

std::string Tally::text() const {
  std::string line = "scanned " + std::to_string(scanned) + ", claimed " + std::to_string(claimed) +
                     ", calls " + std::to_string(calls) + ", callbacks " +
                     std::to_string(callbacks);
  if (delivered > 0) line += ", events delivered " + std::to_string(delivered);
  for (const auto& [state, count] : became) {
    line += ", " + std::string(billing::to_text(state)) + " " + std::to_string(count);
  }
  for (const auto& [reason, count] : held) {
    line += ", held " + std::string(billing::to_text(reason)) + " " + std::to_string(count);
  }
  for (const auto& [currency, minor] : recovered) {
    line +=
        ", recovered " + std::string(currency.code()) + " " + to_decimal(Money{minor, currency});
  }
  return line;
}

}  // namespace recycled::engine
