// The engine with the real world around it: what `run` and `once` share.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "api/door.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "engine/engine.hpp"
#include "event_sinks.hpp"
#include "http/server.hpp"
#include "providers.hpp"
#include "reception/callbacks.hpp"
#include "store/ledger.hpp"
#include "system/clock.hpp"
#include "system/entropy.hpp"
#include "system/run_lock.hpp"
#include "telemetry/log.hpp"

namespace recycled {

class Worker {
 public:
  // Takes the ledger for itself: Fault::busy when another run has it. Opens it, reads the secrets,
  // makes the connections; calls nobody yet. `kind` is "run" or "once". The references outlive it.
  static Result<std::unique_ptr<Worker>> make(boost::asio::io_context& context,
                                              const config::Settings& settings,
                                              const std::string& kind, telemetry::Log& log,
                                              const ports::Clock& clock, const RunId& run);

  engine::Engine& engine() { return engine_; }
  // The listener for callbacks, not started yet; null when the config has no public host.
  Result<std::unique_ptr<http::Server>> make_listener();
  // The same of the local API; null when the config has no [api].
  Result<std::unique_ptr<http::Server>> make_api_listener();
  // Reads the secret files and the callback listener's certificate again (SIGHUP). What cannot be
  // used is logged, and the old one stays. `listener` is null when there is none.
  void reload(http::Server* listener);

  // What the whole run did, for the log; end() does it too.
  void sum_up();
  // The run's row in the ledger and its lines in the log. end() only after an orderly end.
  async::Task<Result<void>> begin();
  async::Task<Result<void>> end();
  // Where [metrics] names a file, the figures of this run go there.
  async::Task<Result<void>> write_metrics();
  // ports::Counts::waiting_for_person.
  async::Task<Result<std::int64_t>> waiting_for_person();

 private:
  struct Parts;
  explicit Worker(Parts parts);

  Result<CallbackKeys> read_signing_keys();
  Result<crypto::Secret> read_api_token();
  async::Task<Result<void>> put_run(std::optional<Instant> ended_at);
  async::Task<Result<void>> note_audit_head();

  boost::asio::io_context& io_;
  const config::Settings& settings_;
  telemetry::Log& log_;
  const ports::Clock& clock_;
  const RunId run_;
  const std::string kind_;
  std::unique_ptr<system::RunLock> lock_;
  std::unique_ptr<store::OpenLedger> ledger_;
  std::unique_ptr<ports::Calendar> calendar_;
  std::unique_ptr<ProviderSet> providers_;
  std::unique_ptr<EventSinks> sinks_;
  system::KernelEntropy entropy_;
  system::AsioAlarms alarms_;
  FlexFactorCallbacks reader_;
  engine::Desk desk_;
  engine::Context context_;
  engine::Engine engine_;
  std::unique_ptr<CallbackDoor> door_;
  std::unique_ptr<api::Door> api_door_;
  Instant started_at_{};
};

}  // namespace recycled
