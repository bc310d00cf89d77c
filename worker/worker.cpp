#include "worker.hpp"

#include <utility>

#include "api/token.hpp"
#include "config/digest.hpp"
#include "crypto/base64.hpp"
#include "engine_settings.hpp"
#include "installation.hpp"
#include "metrics.hpp"
#include "rest/answers.hpp"
#include "system/calendar.hpp"

namespace recycled {

struct Worker::Parts {
  boost::asio::io_context& io;
  const config::Settings& settings;
  telemetry::Log& log;
  const ports::Clock& clock;
  RunId run;
  std::string kind;
  std::unique_ptr<system::RunLock> lock;
  std::unique_ptr<store::OpenLedger> ledger;
  std::unique_ptr<ports::Calendar> calendar;
  std::unique_ptr<ProviderSet> providers;
  std::unique_ptr<EventSinks> sinks;
  InstallationId installation;
};

namespace {

engine::EngineSettings engine_settings(const config::Settings& settings) {
  engine::EngineSettings engine;
  engine.pace = paces_of(settings);
  engine.scan_batch = settings.limits.scan_batch;
  engine.scan_every = settings.schedule.scan_every;
  engine.once_poll_gap = settings.schedule.once_poll_gap;
  engine.nonce_memory = 3 * settings.callbacks.window;
  engine.retention = settings.retention;
  engine.rules_digest = config::rules_digest(settings);
  engine.relay.in_flight = settings.events.in_flight;
  engine.relay.give_up_after = settings.events.give_up_after;
  engine.relay.first_backoff = settings.events.first_backoff;
  engine.relay.longest_backoff = settings.events.longest_backoff;
  return engine;
}

// S2: the effective values are logged at start.
std::string terms_of(const config::Settings& settings) {
  std::string text;
  for (const auto& [id, gateway] : settings.rules.gateways) {
    if (!gateway.flexfactor) continue;
    const bool sync = gateway.flexfactor->mit == billing::MitMode::sync;
    text += "; gateway " + id.str() + " expiry_days " +
            std::to_string(gateway.flexfactor->expiry_days) + (sync ? " sync" : " managed");
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::make(boost::asio::io_context& context,
                                             const config::Settings& settings,
                                             const std::string& kind, telemetry::Log& log,
                                             const ports::Clock& clock, const RunId& run) {
  const store::Address address = address_of(settings);
  std::unique_ptr<system::RunLock> lock;  // a database knows by itself who works on it
  if (address.is_file()) {
    auto taken = system::RunLock::take(address.file);
    if (!taken) return Failure(taken.error());
    lock = std::move(*taken);
  }
  auto calendar = system::ZoneCalendar::make(settings.time_zone);
  if (!calendar) return Failure(calendar.error());
  auto ledger =
      open_at_home(settings, address, store::Role::worker, store::Executor::thread, clock);
  if (!ledger) return Failure(ledger.error());
  auto installation = installation_of(**ledger, place_of(settings, address));
  if (!installation) return Failure(installation.error());
  auto providers = ProviderSet::make(context.get_executor(), settings, clock, log);
  if (!providers) return Failure(providers.error());
  auto sinks = EventSinks::make(context.get_executor(), settings, clock, log);
  if (!sinks) return Failure(sinks.error());
  Parts parts{context,
              settings,
              log,
              clock,
              run,
              kind,
              std::move(lock),
              std::move(*ledger),
              std::move(*calendar),
              std::move(*providers),
              std::move(*sinks),
              std::move(*installation)};
  return std::unique_ptr<Worker>(new Worker(std::move(parts)));
}

Worker::Worker(Parts parts)
    : io_(parts.io),
      settings_(parts.settings),
      log_(parts.log),
      clock_(parts.clock),
      run_(std::move(parts.run)),
      kind_(std::move(parts.kind)),
      lock_(std::move(parts.lock)),
      ledger_(std::move(parts.ledger)),
      calendar_(std::move(parts.calendar)),
      providers_(std::move(parts.providers)),
      sinks_(std::move(parts.sinks)),
      alarms_(io_.get_executor(), clock_),
      desk_{std::move(parts.installation), engine::Planner(settings_.rules, *calendar_),
            *providers_},
      context_{desk_, clock_, entropy_, *ledger_, log_},
      engine_(context_, reader_, alarms_, io_.get_executor(), engine_settings(settings_),
              sinks_->all()) {}

// Hidden from the log as the files have them and as they are used.
Result<CallbackKeys> Worker::read_signing_keys() {
  auto keys = read_callback_keys(settings_, *calendar_);
  if (!keys) return keys;
  for (const flexfactor::SigningKey& key : keys->trust.keys) {
    log_.hide(key.secret.reveal());
    log_.hide(crypto::Secret(crypto::to_base64(key.secret.reveal())).reveal());
  }
  return keys;
}

Result<crypto::Secret> Worker::read_api_token() {
  auto token = api::read_token(settings_.api.token_file);
  if (token) log_.hide(token->reveal());
  return token;
}

void Worker::reload(http::Server* listener) {
  std::string renewed;
  const auto note = [&](const char* what, const Result<void>& done) {
    if (done) {
      renewed += (renewed.empty() ? "" : ", ") + std::string(what);
      return;
    }
    ports::Event refused(ports::EventName::secrets_refused);
    refused.reason = done.error().message;
    log_.note(refused);
  };
  note("app keys", providers_->renew(settings_, log_));
  if (door_) {
    auto keys = read_signing_keys();
    note("signing keys", keys ? Result<void>() : Result<void>(Failure(keys.error())));
    if (keys) door_->renew(std::move(*keys));
  }
  if (sinks_->has_receiver()) note("webhook secrets", sinks_->renew(settings_, log_));
  if (api_door_) {
    auto token = read_api_token();
    note("api token", token ? Result<void>() : Result<void>(Failure(token.error())));
    if (token) api_door_->renew(*token);
  }
  if (listener != nullptr && settings_.callbacks.tls) {
    note("certificate", listener->renew_certificate());
  }
  if (renewed.empty()) return;
  ports::Event reloaded(ports::EventName::secrets_reloaded);
  reloaded.reason = renewed;
  log_.note(reloaded);
}

Result<std::unique_ptr<http::Server>> Worker::make_listener() {
  if (settings_.callbacks.public_host.empty()) return std::unique_ptr<http::Server>();
  auto keys = read_signing_keys();
  if (!keys) return Failure(keys.error());
  door_ = std::make_unique<CallbackDoor>(std::move(*keys), engine_, clock_, log_);
  http::ServerSettings server;
  server.listen = settings_.callbacks.listen;
  server.body_bytes = settings_.limits.callback_bytes;
  server.header_bytes = settings_.limits.callback_header_bytes;
  server.request_deadline = settings_.limits.callback_deadline;
  server.connections = settings_.limits.callback_connections;
  if (settings_.callbacks.tls) {
    server.tls = http::TlsIdentity{settings_.callbacks.tls->certificate,
                                   settings_.callbacks.tls->private_key};
  }
  CallbackDoor& door = *door_;
  return std::make_unique<http::Server>(
      io_.get_executor(), std::move(server),
      [&door](http::Request request) { return door.answer(std::move(request)); });
}

Result<std::unique_ptr<http::Server>> Worker::make_api_listener() {
  if (settings_.api.listen.empty()) return std::unique_ptr<http::Server>();
  const auto token = read_api_token();
  if (!token) return Failure(token.error());
  api_door_ = std::make_unique<api::Door>(api::Office{context_, engine_}, *token);
  http::ServerSettings server;
  server.listen = settings_.api.listen;
  server.body_bytes = settings_.limits.api_bytes;
  server.request_deadline = settings_.limits.api_deadline;
  server.connections = settings_.limits.api_connections;
  server.refusal = &rest::server_refusal;
  api::Door& door = *api_door_;
  return std::make_unique<http::Server>(
      io_.get_executor(), std::move(server),
      [&door](http::Request request) { return door.answer(std::move(request)); });
}

async::Task<Result<void>> Worker::put_run(std::optional<Instant> ended_at) {
  ports::RunRow row{run_, kind_, started_at_, ended_at, ports::to_text(engine_.tally())};
  ports::LedgerWork work = [&row](ports::LedgerTx& tx) { tx.put_run(row); };
  auto done = co_await ledger_->write(std::move(work));
  co_return done;
}

async::Task<Result<void>> Worker::begin() {
  started_at_ = clock_.now();
  ports::Event started(ports::EventName::run_started);
  started.reason = kind_ + terms_of(settings_);
  log_.note(started);
  auto noted = co_await put_run(std::nullopt);
  if (!noted) co_return noted;
  noted = co_await note_audit_head();
  if (!noted) co_return noted;
  auto ready = co_await engine_.start();
  co_return ready;
}

async::Task<Result<void>> Worker::note_audit_head() {
  std::function<ports::AuditHead(ports::LedgerTx&)> work = [](ports::LedgerTx& tx) {
    return tx.audit_head();
  };
  auto head = co_await ports::transact(*ledger_, std::move(work));
  if (!head) co_return Failure(head.error());
  ports::Event event(ports::EventName::audit_head);
  event.count = head->rows;
  event.reason = head->hash;
  log_.note(event);
  co_return Result<void>{};
}

void Worker::sum_up() { log_.note(engine::summary_of_run(engine_.tally())); }

async::Task<Result<void>> Worker::end() {
  sum_up();
  auto noted = co_await put_run(clock_.now());
  if (noted) {
    noted = co_await note_audit_head();
  }
  ports::Event ended(ports::EventName::run_ended);
  ended.took = clock_.now() - started_at_;
  log_.note(ended);
  co_return noted;
}

async::Task<Result<void>> Worker::write_metrics() {
  std::filesystem::path file = settings_.metrics.file;
  if (file.empty()) co_return Result<void>{};
  auto written = co_await recycled::write_metrics(context_, engine_.tally(), std::move(file));
  co_return written;
}

async::Task<Result<std::int64_t>> Worker::waiting_for_person() {
  std::function<std::int64_t(ports::LedgerTx&)> work = [](ports::LedgerTx& tx) {
    return tx.backlog().waiting_for_person;
  };
  auto waiting = co_await ports::transact(*ledger_, std::move(work));
  co_return waiting;
}

}  // namespace recycled
