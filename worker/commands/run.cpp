#include "commands/run.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "async/spawn.hpp"
#include "commands/load_settings.hpp"
#include "crypto/digest.hpp"
#include "exit_code.hpp"
#include "supervision.hpp"
#include "system/signals.hpp"
#include "system/terminal.hpp"
#include "worker.hpp"

namespace recycled {
namespace {

constexpr int stdout_number = 1;

telemetry::Format log_format() {
  if (system::is_terminal(stdout_number)) return telemetry::Format::text;
  if (system::is_journal(stdout_number)) return telemetry::Format::journal;
  return telemetry::Format::json;
}

RunId draw_run_id() {
  system::KernelEntropy entropy;
  return RunId(crypto::to_hex(entropy.bytes(6)));
}

// What both commands do the same way; `work` is what they do differently.
class Session {
 public:
  explicit Session(const RunOptions& options)
      : options_(options), log_(std::cout, log_format(), run_, clock_, options.log_level) {}

  template <class Work>
  int run(const char* kind, const Work& work) {
    system::ignore_broken_pipes();
    auto settings = load_usable_settings(options_.config);
    if (!settings) {
      note_refusal("the config cannot be used; standard error says why",
                   ports::EventName::run_refused);
      return to_int(ExitCode::config_invalid);
    }
    auto worker = Worker::make(io_, *settings, kind, log_, clock_, run_);
    if (!worker) return refuse(kind, worker.error());
    async::run_to_end(io_, work(*settings, **worker, *this));
    return to_int(code_);
  }

  // After its work has begun: what was done until then is in the log all the same.
  void fail(Worker& worker, const Error& error) {
    fail(error);
    worker.sum_up();
  }
  void fail(const Error& error) {
    ports::Event event(error.fault == Fault::store || error.fault == Fault::busy
                           ? ports::EventName::store_failed
                           : ports::EventName::run_refused);
    event.reason = error.message;
    log_.note(event);
    code_ = ExitCode::failed;
  }
  void needs_person() { code_ = ExitCode::needs_person; }
  void unanswered() {
    std::cerr << "recycled once: FlexFactor answered no call of this pass; nothing is lost, the "
                 "next one tries again\n";
    code_ = ExitCode::failed;
  }

  boost::asio::io_context& io() { return io_; }
  telemetry::Log& log() { return log_; }
  const RunOptions& options() const { return options_; }

 private:
  int refuse(const char* kind, const Error& error) {
    std::cerr << "recycled " << kind << ": " << error.message << '\n';
    note_refusal(error.message, error.fault == Fault::busy ? ports::EventName::run_busy
                                                           : ports::EventName::run_refused);
    return to_int(exit_code_of(error));
  }
  void note_refusal(const std::string& why, ports::EventName name) {
    ports::Event event(name);
    event.reason = why;
    log_.note(event);
  }

  const RunOptions& options_;
  const RunId run_ = draw_run_id();
  boost::asio::io_context io_;
  system::SystemClock clock_;
  telemetry::Log log_;
  ExitCode code_ = ExitCode::done;
};

// First signal: no new work, what is under way may end within the grace. What is left then is
// `intended` in the ledger, and the next start resolves it.
class Stopper {
 public:
  using Hook = system::StopSignals::Hook;

  // `on_stop` hears of the first signal.
  Stopper(Session& session, engine::Engine& engine, Millis grace, Hook on_stop = nullptr,
          Hook on_reload = nullptr)
      : log_(session.log()),
        engine_(engine),
        grace_(grace),
        on_stop_(std::move(on_stop)),
        timer_(session.io()),
        signals_(
            session.io().get_executor(), [this] { stop(); }, std::move(on_reload)) {}

 private:
  void stop() {
    ports::Event event(ports::EventName::stop_requested);
    event.took = grace_;
    log_.note(event);
    if (on_stop_) on_stop_();
    engine_.stop();
    timer_.expires_after(grace_);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      log_.note(engine::summary_of_run(engine_.tally()));
      std::_Exit(to_int(ExitCode::done));
    });
  }

  telemetry::Log& log_;
  engine::Engine& engine_;
  const Millis grace_;
  const Hook on_stop_;
  boost::asio::steady_timer timer_;
  system::StopSignals signals_;
};

// One of the service's listeners, from its start to its stop.
struct Listener {
  std::unique_ptr<http::Server> server;  // null: the config wants none
  std::string opening;                   // of what the log says about it
  std::string address;                   // once started
};

void note_listener(telemetry::Log& log, ports::EventName name, const Listener& listener) {
  ports::Event event(name);
  event.reason = listener.opening + listener.address;
  log.note(event);
}

Result<void> start(Listener& listener, telemetry::Log& log) {
  if (!listener.server) return {};
  auto listening = listener.server->start();
  if (!listening) return listening;
  listener.address = listener.server->address();
  note_listener(log, ports::EventName::listener_started, listener);
  return {};
}

async::Task<void> stop(Listener& listener, Millis drain, telemetry::Log& log) {
  if (listener.address.empty()) co_return;
  co_await listener.server->stop(drain);
  note_listener(log, ports::EventName::listener_stopped, listener);
}

// The listeners are up for as long as the engine runs, and no longer.
async::Task<Result<void>> run_listening(Worker& worker, Session& session, Listener& callbacks,
                                        Listener& api, Millis drain, Supervision& supervision) {
  auto done = start(callbacks, session.log());
  if (done) done = start(api, session.log());
  if (done) {
    supervision.ready();
    done = co_await worker.engine().run(session.options().scanning);
  }
  co_await stop(api, drain, session.log());
  co_await stop(callbacks, drain, session.log());
  co_return done;
}

async::Task<void> serve(const config::Settings& settings, Worker& worker, Session& session) {
  http::Server* server = nullptr;  // none: results are polled
  const Millis drain = settings.limits.drain;
  Supervision supervision(session.io(), worker.engine());
  Stopper::Hook stopping = [&supervision, drain] { supervision.stopping(drain); };
  Stopper::Hook reload = [&supervision, &worker, &server] {
    supervision.reload([&worker, &server] { worker.reload(server); });
  };
  Stopper stopper(session, worker.engine(), drain, std::move(stopping), std::move(reload));
  auto for_callbacks = worker.make_listener();
  if (!for_callbacks) co_return session.fail(for_callbacks.error());
  auto for_api = worker.make_api_listener();
  if (!for_api) co_return session.fail(for_api.error());
  server = for_callbacks->get();
  Listener callbacks{std::move(*for_callbacks), "", ""};
  Listener api{std::move(*for_api), "api ", ""};
  auto begun = co_await worker.begin();
  if (!begun) co_return session.fail(begun.error());
  auto done = co_await run_listening(worker, session, callbacks, api, drain, supervision);
  if (!done) {  // in doubt: this run has no orderly end
    supervision.failed();
    co_return session.fail(worker, done.error());
  }
  auto ended = co_await worker.end();
  if (!ended) session.fail(ended.error());
}

async::Task<void> pass_once(const config::Settings& settings, Worker& worker, Session& session) {
  Stopper stopper(session, worker.engine(), settings.limits.drain);
  auto begun = co_await worker.begin();
  if (!begun) co_return session.fail(begun.error());
  auto done = co_await worker.engine().once();
  if (!done) co_return session.fail(worker, done.error());
  auto ended = co_await worker.end();
  if (!ended) co_return session.fail(ended.error());
  auto shown = co_await worker.write_metrics();
  if (!shown) co_return session.fail(shown.error());
  auto waiting = co_await worker.waiting_for_person();
  if (!waiting) co_return session.fail(waiting.error());
  if (*waiting > 0) session.needs_person();
  // A pass that reached nobody has not done its work, whatever else it did.
  const engine::Tally& tally = worker.engine().tally();
  if (tally.calls > 0 && tally.answered == 0) session.unanswered();
}

}  // namespace

int run_service(const RunOptions& options) {
  Session session(options);
  return session.run("run", serve);
}

int run_once(const RunOptions& options) {
  Session session(options);
  return session.run("once", pass_once);
}

}  // namespace recycled
