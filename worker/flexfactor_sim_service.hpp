// The simulated FlexFactor behind HTTP: answers requests, delivers callbacks, and can be watched
// and switched while it runs (/sim/…).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "async/task.hpp"
#include "async/task_group.hpp"
#include "flexfactor/simulated.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "system/clock.hpp"

namespace recycled {

struct SimOptions {
  http::ServerSettings server;
  std::string callback_url;  // empty: none are delivered
  std::filesystem::path callback_ca;
  int callback_tries = 6;
  int callback_success = 0;  // the code that says a callback was taken; 0: any 2xx
  Millis callback_gap = std::chrono::seconds(1);  // before the first repeat; then doubling
  flexfactor::Behaviour behaviour;
};

class SimService {
 public:
  SimService(boost::asio::any_io_executor executor, SimOptions options);

  // Listens from here on.
  Result<void> start();
  std::string address() const { return server_.address(); }
  // Works until stop(), then lets what is under way finish for a moment.
  async::Task<void> run();
  void stop();

  const flexfactor::SimulatedFlexFactor& machine() const { return machine_; }

 private:
  // Where callbacks go. Shared with the deliveries under way when it changes.
  struct Receiver {
    std::unique_ptr<http::Client> client;
    std::string target;
  };

  struct Delivery {
    flexfactor::OutgoingCallback callback;
    int tries = 0;
  };

  async::Task<http::Response> answer(http::Request request);
  http::Response control(const http::Request& request);
  http::Response switch_faults(const http::Request& request);
  http::Response switch_receiver(const http::Request& request);
  Result<void> set_receiver(const std::string& url);

  async::Task<void> deliver_due();
  async::Task<void> deliver(Delivery delivery);
  Instant next_at() const;

  boost::asio::any_io_executor executor_;
  SimOptions options_;
  system::SystemClock clock_;
  system::AsioAlarm alarm_;
  flexfactor::SimulatedFlexFactor machine_;
  http::Server server_;
  async::TaskGroup deliveries_;
  std::shared_ptr<Receiver> receiver_;
  std::multimap<Instant, Delivery> repeats_;  // of callbacks nobody took
  bool stopping_ = false;
};

}  // namespace recycled
