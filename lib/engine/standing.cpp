#include "engine/standing.hpp"

namespace recycled::engine {

std::string in_words(const Standing& standing, const Tally& tally) {
  std::string line;
  if (standing.is_paused) line += "paused; ";
  for (const GatewayId& gateway : standing.resting) line += gateway.str() + " rests; ";
  line += std::to_string(standing.under_way) + " under way; since the start " + to_text(tally);
  return line;
}

}  // namespace recycled::engine
