// What a command needs to call FlexFactor outside of a run: the accounts' connections, and ordinary
// code that waits for what a coroutine brings.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "providers.hpp"
#include "system/clock.hpp"
#include "system/signals.hpp"
#include "telemetry/log.hpp"

namespace recycled {

class Caller {
 public:
  // Reads the accounts' secrets. `settings` outlives it.
  static Result<std::unique_ptr<Caller>> make(const config::Settings& settings);

  boost::asio::any_io_executor executor() { return io_.get_executor(); }
  ProviderSet& providers() { return *providers_; }
  const ports::Clock& clock() const { return clock_; }
  ports::Events& log() { return log_; }

  // What the coroutine that `ask` begins brings in the end.
  template <class T>
  T get(std::function<async::Task<T>()> ask) {
    std::optional<T> got;
    async::run_to_end(io_, keep(std::move(ask), got));
    return std::move(*got);
  }
  // Returns early when a stop is asked for.
  void wait(Millis time);

  // From here on the first SIGTERM or SIGINT asks for a stop, and the second leaves at once.
  void heed_stop();
  // Whether one has been asked for by now.
  bool is_stopping();

 private:
  Caller();
  template <class T>
  static async::Task<void> keep(std::function<async::Task<T>()> ask, std::optional<T>& got) {
    auto result = co_await ask();
    got.emplace(std::move(result));
  }

  boost::asio::io_context io_;
  system::SystemClock clock_;
  telemetry::Log log_;  // of errors alone, on stderr: what is of interest here is the result
  std::unique_ptr<ProviderSet> providers_;
  system::AsioAlarm alarm_;
  bool stopping_ = false;
  std::optional<system::StopSignals> stop_;
};

}  // namespace recycled
