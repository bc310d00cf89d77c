#include "engine/breaker.hpp"

#include <algorithm>

namespace recycled::engine {

std::optional<ports::Pause> remember_result(ports::LedgerTx& tx, const billing::Recovery& before,
                                            const billing::Recovery& after, const Desk& desk,
                                            Instant now) {
  const billing::Breaker& breaker = desk.rules().breaker;
  if (breaker.results == 0) return std::nullopt;
  const auto ending = ending_of(before, after);
  if (!ending) return std::nullopt;
  const GatewayId& gateway = after.provider_gateway;
  std::string recent = tx.recent_results(gateway);
  remember(recent, *ending, breaker);
  tx.set_recent_results(gateway, recent);
  const auto why = why_break(recent, breaker);
  if (!why) return std::nullopt;
  const auto standing = tx.pauses();
  if (std::ranges::count(standing, gateway, &ports::Pause::gateway) > 0) return std::nullopt;
  ports::Pause pause;
  pause.at = now;
  pause.gateway = gateway;
  pause.by = "the breaker";
  pause.reason = *why;
  tx.add_pause(pause);
  return pause;
}

}  // namespace recycled::engine
