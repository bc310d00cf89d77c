#include "caller.hpp"

#include <iostream>

namespace recycled {

Caller::Caller()
    : log_(std::cerr, telemetry::Format::text, RunId("-"), clock_, ports::Level::error) {}

Result<std::unique_ptr<Caller>> Caller::make(const config::Settings& settings) {
  auto caller = std::unique_ptr<Caller>(new Caller());
  auto providers =
      ProviderSet::make(caller->io_.get_executor(), settings, caller->clock_, caller->log_);
  if (!providers) return Failure(providers.error());
  caller->providers_ = std::move(*providers);
  return caller;
}

void Caller::wait(Millis time) {
  system::AsioAlarm alarm(io_.get_executor(), clock_);
  async::run_to_end(io_, alarm.wait_until(clock_.now() + time));
}

}  // namespace recycled
