// Who is there, of those that work on one database of PostgreSQL's (its table `worker`).
#pragma once

#include "store/statement.hpp"

namespace recycled::store {

// Whoever has been silent for longer than his lease is there no more, but for this process itself;
// from here on he commits nothing either.
void forget_the_silent(Connection& connection);

}  // namespace recycled::store
