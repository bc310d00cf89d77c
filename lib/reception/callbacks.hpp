// POST /flexfactor/callbacks: verify, hand to the engine, and answer 200 only when it is durable.
// Source: flexfactor.md "Callbacks".
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "async/task.hpp"
#include "engine/engine.hpp"
#include "http/message.hpp"
#include "ports/clock.hpp"
#include "ports/events.hpp"
#include "reception/callback_keys.hpp"
#include "reception/refusals.hpp"

namespace recycled {

// The codec's reading of a body, for the engine.
class FlexFactorCallbacks final : public ports::CallbackReader {
 public:
  Result<ports::CallbackContent> read(const std::string& body) const override;
};

class CallbackDoor {
 public:
  CallbackDoor(CallbackKeys keys, engine::Engine& engine, const ports::Clock& clock,
               ports::Events& events);

  async::Task<http::Response> answer(http::Request request);

  const CallbackKeys& keys() const { return keys_; }
  // For the callbacks from here on.
  void renew(CallbackKeys keys) { keys_ = std::move(keys); }

 private:
  http::Response refuse(int status, std::string reason);
  // Why a verified callback is not for us after all, if it is not.
  std::optional<std::string> objection(const flexfactor::Verified& verified,
                                       const std::string& body) const;

  CallbackKeys keys_;
  engine::Engine& engine_;
  const ports::Clock& clock_;
  ports::Events& events_;
  Refusals refusals_{clock_, events_};
};

}  // namespace recycled
