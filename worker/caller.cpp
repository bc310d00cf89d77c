#include "caller.hpp"

#include <iostream>

namespace recycled {

Caller::Caller()
    : log_(std::cerr, telemetry::Format::text, RunId("-"), clock_, ports::Level::error),
      alarm_(io_.get_executor(), clock_) {}

Result<std::unique_ptr<Caller>> Caller::make(const config::Settings& settings) {
  auto caller = std::unique_ptr<Caller>(new Caller());
  auto providers =
      ProviderSet::make(caller->io_.get_executor(), settings, caller->clock_, caller->log_);
  if (!providers) return Failure(providers.error());
  caller->providers_ = std::move(*providers);
  return caller;
}

void Caller::wait(Millis time) {
  if (!stopping_) async::run_to_end(io_, alarm_.wait_until(clock_.now() + time));
}

void Caller::heed_stop() {
  stop_.emplace(io_.get_executor(), [this] {
    stopping_ = true;
    alarm_.wake();
  });
}

bool Caller::is_stopping() {
  io_.restart();
  io_.poll();
  return stopping_;
}

}  // namespace recycled
