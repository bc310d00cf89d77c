// What a use case needs of the world.
#pragma once

#include "engine/desk.hpp"
#include "engine/moment.hpp"
#include "ports/clock.hpp"
#include "ports/entropy.hpp"
#include "ports/events.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

struct Context {
  const Desk& desk;
  const ports::Clock& clock;
  ports::Entropy& entropy;
  ports::Ledger& ledger;
  ports::Events& events;

  Moment moment() const { return Moment{clock.now(), entropy.fraction(), std::nullopt}; }
};

}  // namespace recycled::engine
