#include "system/signals.hpp"

#include <csignal>
#include <utility>

#include <unistd.h>

#include "base/ensure.hpp"

namespace recycled::system {
namespace {

constexpr int left_at_once = 130;

extern "C" void leave_at_once(int) { _exit(left_at_once); }

void handle_both(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ensure(sigaction(SIGTERM, &action, nullptr) == 0, "SIGTERM can be handled");
  ensure(sigaction(SIGINT, &action, nullptr) == 0, "SIGINT can be handled");
}

}  // namespace

StopSignals::StopSignals(boost::asio::any_io_executor executor, Hook on_stop, Hook on_reload)
    : stop_(executor, SIGTERM, SIGINT),
      reload_(executor),
      on_stop_(std::move(on_stop)),
      on_reload_(std::move(on_reload)) {
  await_stop();
  if (!on_reload_) return;
  reload_.add(SIGHUP);
  await_reload();
}

StopSignals::~StopSignals() { cancel(); }

void StopSignals::cancel() {
  boost::system::error_code ignored;
  for (boost::asio::signal_set* set : {&stop_, &reload_}) {
    set->cancel(ignored);
    set->clear(ignored);
  }
  handle_both(SIG_DFL);
}

void StopSignals::await_stop() {
  stop_.async_wait([this](boost::system::error_code cancelled, int) {
    if (cancelled) return;  // `this` may be gone
    // From here on no executor is involved: a loop that hangs can still be left.
    stop_.clear();
    handle_both(leave_at_once);
    on_stop_();
  });
}

void StopSignals::await_reload() {
  reload_.async_wait([this](boost::system::error_code cancelled, int) {
    if (cancelled) return;
    await_reload();  // before the hook, which may cancel
    on_reload_();
  });
}

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

}  // namespace recycled::system
