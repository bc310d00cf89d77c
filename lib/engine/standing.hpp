// What the engine is at, in a line for a person who looks at the service.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "engine/tally.hpp"

namespace recycled::engine {

struct Standing {
  bool is_paused = false;            // of any gateway
  std::size_t under_way = 0;         // steps: hand-overs, inquiries, withdrawals
  std::vector<GatewayId> resting{};  // those that do not answer, or asked for a pause
};

// "paused; flexfactor rests; 1 under way; since the start scanned 12, claimed 10, …"
std::string in_words(const Standing& standing, const Tally& tally);

}  // namespace recycled::engine
