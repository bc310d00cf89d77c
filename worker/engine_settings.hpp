// What the engine is told of a config, where more than one command tells it.
#pragma once

#include <map>

#include "config/settings.hpp"
#include "engine/pacer.hpp"

namespace recycled {

// Of each FlexFactor gateway.
std::map<GatewayId, engine::PaceLimits> paces_of(const config::Settings& settings);

}  // namespace recycled
