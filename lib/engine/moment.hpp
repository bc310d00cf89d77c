// The now of one transaction, drawn before it starts so that running it twice decides the same.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace recycled::engine {

struct Moment {
  Instant now;
  double jitter = 0.5;                 // for backoff, [0, 1)
  std::optional<Instant> happened_at;  // as the provider dates the event
};

}  // namespace recycled::engine
