// What the endpoints of the local API work with. It outlives every call.
#pragma once

#include "async/task.hpp"
#include "engine/context.hpp"
#include "engine/engine.hpp"
#include "http/message.hpp"
#include "rest/router.hpp"

namespace recycled::api {

struct Office {
  const engine::Context& context;
  engine::Engine& engine;
};

// An endpoint: a coroutine that answers one call. What the world did wrong is a response; an
// exception is answered 500.
using Handler = async::Task<http::Response>(const Office& office, rest::Call call);

}  // namespace recycled::api
