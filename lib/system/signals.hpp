// How an operator stops the program: the first SIGTERM or SIGINT asks, the second does not.
#pragma once

#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>

namespace recycled::system {

// Listens from its construction until cancel() or its destruction, which give the signals back
// their default meaning. One at a time in a process.
class StopSignals {
 public:
  using Hook = std::function<void()>;

  // `on_stop` runs on the executor at the first stop signal. The second leaves the process at once
  // with exit code 130, whatever the executor is doing. `on_reload` runs at every SIGHUP; without
  // one, SIGHUP keeps its default meaning.
  StopSignals(boost::asio::any_io_executor executor, Hook on_stop, Hook on_reload = nullptr);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Stops listening, so that an executor with nothing else to do runs out.
  void cancel();

 private:
  void await_stop();
  void await_reload();

  boost::asio::signal_set stop_;
  boost::asio::signal_set reload_;
  Hook on_stop_;
  Hook on_reload_;
};

// A reader of our output that goes away (`recycled run | head`) must not end billing: from here on
// writing to it fails instead.
void ignore_broken_pipes();

}  // namespace recycled::system
