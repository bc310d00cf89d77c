#include "billing/breaker.hpp"

#include <algorithm>

namespace recycled::billing {
namespace {

// Whose window has ended says little, and a day's hand-overs end on one day.
bool is_their_no(Reason reason) {
  return reason == Reason::declined || reason == Reason::cancelled_by_provider;
}

}  // namespace

std::optional<Ending> ending_of(const Recovery& before, const Recovery& after) {
  const bool had_none = is_live(before.state) && before.state != RecoveryState::parked;
  if (after.kind == RecoveryKind::cascade || !had_none) return std::nullopt;
  switch (after.state) {
    case RecoveryState::recovered:
      return Ending::recovered;
    case RecoveryState::failed:
      if (!is_their_no(after.reason)) return std::nullopt;
      return Ending::failed;
    case RecoveryState::parked:
      return Ending::refused;
    case RecoveryState::intended:
    case RecoveryState::unknown:
    case RecoveryState::waiting:
    case RecoveryState::grace:
    case RecoveryState::withdrawing:
    case RecoveryState::withdrawn:
    case RecoveryState::released:
      return std::nullopt;
  }
  return std::nullopt;
}

void remember(std::string& recent, Ending ending, const Breaker& breaker) {
  recent += static_cast<char>(ending);
  const auto most = static_cast<std::size_t>(breaker.results);
  if (recent.size() > most) recent.erase(0, recent.size() - most);
}

std::optional<std::string> why_break(std::string_view recent, const Breaker& breaker) {
  if (breaker.results == 0) return std::nullopt;
  const auto refused = std::ranges::count(recent, static_cast<char>(Ending::refused));
  const auto failed = refused + std::ranges::count(recent, static_cast<char>(Ending::failed));
  const auto too_many = [&](std::ptrdiff_t count, int percent) {
    return count * 100 >= std::ptrdiff_t{percent} * breaker.results;
  };
  const std::string of = " of the last " + std::to_string(breaker.results) + " results ";
  if (too_many(refused, breaker.refused)) {
    return std::to_string(refused) + of +
           "were refused (breaker_refused = " + std::to_string(breaker.refused) + ")";
  }
  if (too_many(failed, breaker.failed)) {
    return std::to_string(failed) + of +
           "failed (breaker_failed = " + std::to_string(breaker.failed) + ")";
  }
  return std::nullopt;
}

}  // namespace recycled::billing
