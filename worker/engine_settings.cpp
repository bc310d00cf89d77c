#include "engine_settings.hpp"

namespace recycled {

std::map<GatewayId, engine::PaceLimits> paces_of(const config::Settings& settings) {
  std::map<GatewayId, engine::PaceLimits> paces;
  for (const auto& [gateway, account] : settings.accounts) {
    engine::PaceLimits pace;
    pace.in_flight = account.in_flight.value_or(settings.limits.in_flight);
    pace.per_second = account.requests_per_second;
    pace.failures_to_rest = settings.limits.failures_to_rest;
    pace.first_rest = settings.rules.timing.first_backoff;
    pace.longest_rest = settings.rules.timing.longest_backoff;
    paces.emplace(gateway, pace);
  }
  return paces;
}

}  // namespace recycled
