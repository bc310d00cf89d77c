#include "engine/liveness.hpp"

namespace recycled::engine {

Liveness::Liveness(Millis patience, Instant now) : patience_(patience), last_(now) {}

bool Liveness::progressed(Instant now) {
  if (told_at_ && now - *told_at_ < patience_ / 4) return false;
  told_at_ = now;
  last_ = now;
  return true;
}

}  // namespace recycled::engine
