// What the supervisor hears of `recycled run`: how the start goes, that it is ready, alive and at
// what, that it reads its secrets again, that it stops. Without a supervisor nobody hears it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/engine.hpp"
#include "engine/liveness.hpp"
#include "system/clock.hpp"
#include "system/service_manager.hpp"

namespace recycled {

class Supervision {
 public:
  // From here on it hears of the engine's progress; the engine outlives it or is not run after it.
  Supervision(boost::asio::io_context& io, engine::Engine& engine);
  ~Supervision();
  Supervision(const Supervision&) = delete;
  Supervision& operator=(const Supervision&) = delete;

  // The listeners are bound, the ledger is in order.
  void ready();
  void reload(const std::function<void()>& work);
  // A stop was asked for; it ends within the grace.
  void stopping(Millis grace);
  // The run ends by an error, of which the log tells.
  void failed();

 private:
  enum class Phase { starting, running, stopping };

  void progressed(engine::Progress what);
  void show_standing(Instant now);
  void await_question();

  engine::Engine& engine_;
  system::ServiceManager manager_;
  system::SteadyClock clock_;
  boost::asio::steady_timer question_;
  Phase phase_ = Phase::starting;
  engine::Liveness start_;                    // of the start: more time is asked for
  std::optional<engine::Liveness> liveness_;  // nothing: nobody waits for a word
  std::string shown_;
  Instant shown_at_{};
};

}  // namespace recycled
