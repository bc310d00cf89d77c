// POST /flexfactor/callbacks: verify, hand to the engine, and answer 200 only when it is durable.
// Source: flexfactor.md "Callbacks".
#pragma once

#include <vector>

#include "async/task.hpp"
#include "config/settings.hpp"
#include "engine/engine.hpp"
#include "flexfactor/callback.hpp"
#include "http/message.hpp"
#include "ports/clock.hpp"
#include "ports/events.hpp"

namespace recycled {

// The codec's reading of a body, for the engine.
class FlexFactorCallbacks final : public ports::CallbackReader {
 public:
  Result<ports::CallbackContent> read(const std::string& body) const override;
};

// Whose signing keys count, and which of them belong to live accounts.
struct CallbackKeys {
  flexfactor::CallbackTrust trust;
  std::vector<config::Environment> environments;  // of the keys, in their order
};

// Reads the key files. Fault::invalid names the one that is no base64.
Result<CallbackKeys> read_callback_keys(const config::Settings& settings);

class CallbackDoor {
 public:
  CallbackDoor(CallbackKeys keys, engine::Engine& engine, const ports::Clock& clock,
               ports::Events& events);

  async::Task<http::Response> answer(http::Request request);

 private:
  http::Response refuse(int status, std::string reason);
  // Why a verified callback is not for us after all, if it is not.
  std::optional<std::string> objection(const flexfactor::Verified& verified,
                                       const std::string& body) const;

  CallbackKeys keys_;
  engine::Engine& engine_;
  const ports::Clock& clock_;
  ports::Events& events_;
};

}  // namespace recycled
