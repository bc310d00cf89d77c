#include "simulation/world.hpp"

#include <algorithm>
#include <map>

#include "async/spawn.hpp"
#include "async/task_group.hpp"
#include "base/ensure.hpp"
#include "crypto/base64.hpp"
#include "engine/accept.hpp"
#include "engine/rerun.hpp"
#include "engine/resolve.hpp"
#include "flexfactor/callback.hpp"
#include "flexfactor/client.hpp"
#include "reception/callbacks.hpp"
#include "simulation/parts.hpp"
#include "simulation/shop.hpp"
#include "system/calendar.hpp"
#include "system/temporary_folder.hpp"

namespace recycled::simulation {
class World::Impl {
 public:
  explicit Impl(WorldSettings settings)
      : settings_(std::move(settings)),
        time_(settings_.start),
        entropy_(settings_.seed),
        dice_(settings_.seed * 7919 + 1),
        transcript_(clock_),
        provider_(with_seed(settings_)),
        network_({time_, clock_, provider_, dice_, settings_.unanswered}),
        receiver_(time_, settings_.seed * 31 + 7) {
    network_.fail_in(settings_.outages);
    clock_.step_at(settings_.clock_steps);
    if (settings_.folder.empty()) own_folder_.emplace(make_folder());
    open_ledger();
    look([this](ports::LedgerTx& tx) { tx.set_meta("installation", installation_.str()); });
    calendar_ = *system::ZoneCalendar::make(settings_.zone);
  }
  ~Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void import(const std::vector<billing::Subscription>& rows) {
    NoProviders none;
    const engine::Desk desk = desk_with(none);
    look([&](ports::LedgerTx& tx) {
      for (const auto& row : rows) engine::accept_subscription(tx, row, desk, clock_.now());
    });
  }

  void import(const billing::Sale& sale) {
    NoProviders none;
    const engine::Desk desk = desk_with(none);
    look([&](ports::LedgerTx& tx) { engine::accept_sale(tx, sale, desk, clock_.now()); });
  }

  void rerun(const std::string& id) {
    Accounts accounts(settings_.rules, network_, clock_, transcript_, {});
    const engine::Desk desk = desk_with(accounts);
    look([&](ports::LedgerTx& tx) {
      const auto sale = tx.sale(SaleId(id));
      ensure(sale.has_value(), "the test re-runs a sale it imported");
      engine::Room room(tx, desk, clock_.now(), std::nullopt);
      const auto claim = engine::claim_rerun(tx, *sale, GatewayId("ff"), desk, clock_.now(), room);
      ensure(std::holds_alternative<ports::StoredRecovery>(claim), "the sale may be re-run");
    });
  }

  std::optional<std::string> resolve(const OrderId& order, billing::PersonWord word) {
    Accounts accounts(settings_.rules, network_, clock_, transcript_, {});
    const engine::Desk desk = desk_with(accounts);
    std::optional<std::string> objection;
    look([&](ports::LedgerTx& tx) {
      const engine::Resolving resolving{order.str(), word, "the operator", ""};
      const engine::Moment moment{clock_.now(), 0.5, std::nullopt};
      const auto said = engine::resolve(tx, resolving, desk, moment);
      if (const auto* why = std::get_if<std::string>(&said)) objection = *why;
    });
    return objection;
  }

  void look(const ports::LedgerWork& work) {
    const auto done = ledger_->write_now(work);
    ensure(done.has_value(), "the simulation's ledger works");
  }

  void live_until(Instant end) {
    while (time_.now() < end) {
      try {
        one_life(end);
      } catch (const Crash&) {
        ++crashes_;
        open_ledger();  // what was not committed went with the process
      }
    }
  }

  WorldSettings settings_;
  VirtualTime time_;
  SteppedClock clock_{time_};
  SeededEntropy entropy_;
  flexfactor::Dice dice_;
  Transcript transcript_;
  flexfactor::SimulatedFlexFactor provider_;
  Network network_;
  Receiver receiver_;
  Shop shop_{time_};
  std::optional<system::TemporaryFolder> own_folder_;
  std::unique_ptr<store::SqliteLedger> ledger_;
  int crashes_ = 0;
  std::vector<Instant> signs_of_life_;

  std::filesystem::path file() const {
    return (own_folder_ ? own_folder_->path() : settings_.folder) / "ledger.db";
  }

  void change_rules(billing::Rules rules) {
    settings_.rules = std::move(rules);
    ++edits_;
  }

  std::unique_ptr<system::ZoneCalendar> calendar_;

 private:
  class NoProviders final : public ports::Providers {
   public:
    ports::Provider* find(const GatewayId&) override { return nullptr; }
  };

  engine::Desk desk_with(ports::Providers& providers) {
    return {installation_, engine::Planner(settings_.rules, *calendar_), providers};
  }

  void open_ledger() {
    ledger_.reset();
    auto opened = store::SqliteLedger::open(file(), store::Executor::inline_, clock_.now());
    ensure(opened.has_value(), "the simulation's ledger opens");
    ledger_ = std::move(*opened);
  }

  static system::TemporaryFolder make_folder() {
    auto made = system::TemporaryFolder::make_in_memory("recycled-simulation");
    ensure(made.has_value(), "the simulation's folder can be made");
    return std::move(*made);
  }

  static flexfactor::Behaviour with_seed(const WorldSettings& settings) {
    flexfactor::Behaviour behaviour = settings.provider;
    behaviour.seed = settings.seed;
    behaviour.callback_host = callback_host;
    behaviour.signing_key = crypto::Secret(signing_key);
    return behaviour;
  }

  // FlexFactor's side: what is due there happens, and its callbacks are delivered.
  async::Task<void> provide(CallbackDoor& door, Instant end) {
    try {
      co_await network_.deliver_waiting(door);
    } catch (const Crash&) {
      process_.crashed = true;
    }
    while (time_.now() < end && !process_.crashed) {
      for (const auto& callback : provider_.advance(time_.now())) {
        try {
          co_await network_.deliver(door, callback);
        } catch (const Crash&) {
          process_.crashed = true;  // and this callback is lost
        }
      }
      // New orders come while we sleep, so a look every few minutes at least.
      const Instant next = provider_.next_at().value_or(end);
      const Instant soon = time_.now() + std::chrono::minutes(10);
      const Instant wake = std::min(std::min(next, soon), end);
      co_await time_.sleep_until(wake);
    }
  }

  async::Task<void> work(engine::Engine& engine) {
    try {
      auto started = co_await engine.start();
      ensure(started.has_value(), "the engine starts");
      auto done = co_await engine.run(engine::Scanning::on);
      ensure(done.has_value(), "the engine runs");
    } catch (const Crash&) {
      process_.crashed = true;
    }
  }

  async::Task<void> stop_at(engine::Engine& engine, Instant end) {
    co_await time_.sleep_until(end);
    engine.stop();
  }

  // What sleeps belongs to the process, and goes with it.
  struct Sleepers {
    VirtualTime& time;
    ~Sleepers() { time.forget_sleepers(); }
  };

  // One process, from its start to `end` or its death.
  void one_life(Instant end) {
    process_ = Process();
    boost::asio::io_context context;
    const Sleepers sleepers{time_};
    const auto executor = context.get_executor();
    const Wraps& wraps = settings_.wraps;
    Accounts accounts(settings_.rules, network_, clock_, transcript_, wraps.provider);
    const engine::Desk desk = desk_with(accounts);
    MortalLedger mortal(*ledger_, dice_, settings_.crashes);
    const auto wrapped_ledger = wraps.ledger ? wraps.ledger(mortal) : nullptr;
    ports::Ledger& ledger = wrapped_ledger ? *wrapped_ledger : mortal;
    const engine::Context world{desk, clock_, entropy_, ledger, transcript_};
    FlexFactorCallbacks codec;
    const auto wrapped_reader = wraps.reader ? wraps.reader(codec) : nullptr;
    const ports::CallbackReader& reader = wrapped_reader ? *wrapped_reader : codec;
    VirtualAlarms alarms(time_, clock_);
    engine::EngineSettings engine_settings;
    for (const GatewayId& id : accounts.ids()) engine_settings.pace[id] = settings_.pace;
    engine_settings.scan_batch = settings_.scan_batch;
    engine_settings.scan_every = std::chrono::hours(1);
    engine_settings.retention = settings_.retention;
    engine_settings.rules_digest = "rules " + std::to_string(edits_);
    engine::Engine engine(world, reader, alarms, executor, engine_settings,
                          {{ports::Sink::webhook, &receiver_}});
    CallbackKeys keys{{{{crypto::Secret(signing_key), "sim", {}, {}}},
                       callback_host,
                       std::chrono::minutes(5),
                       flexfactor::BodySignature::refused},
                      {config::Environment::sandbox},
                      {accounts.ids()}};
    CallbackDoor door(std::move(keys), engine, clock_, transcript_);
    accounts.deliver_to(door);
    async::TaskGroup tills(executor, 100);
    std::optional<Supervisor> supervisor;
    if (settings_.patience) supervisor.emplace(engine, time_, *settings_.patience, signs_of_life_);
    async::TaskGroup process(executor, 5);
    process.start(shop_.serve(engine, tills, end, process_));
    process.start(work(engine));
    process.start(provide(door, end));
    process.start(stop_at(engine, end));
    if (supervisor) process.start(supervisor->ask(end, process_));
    while (!process_.crashed && process.running() + tills.running() > 0) {
      const bool somebody_is_left = time_.turn(context);
      ensure(somebody_is_left, "nobody waits for ever");
    }
    if (process_.crashed) throw Crash();
    async::run_to_end(context, process.join());
  }

  const InstallationId installation_{"simulation"};
  int edits_ = 0;  // of the rules
  Process process_;
};

World::World(WorldSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}

World::~World() = default;

void World::import(const billing::Subscription& subscription) {
  impl_->import(std::vector{subscription});
}

void World::import(const std::vector<billing::Subscription>& rows) { impl_->import(rows); }

void World::import(const billing::Sale& sale) { impl_->import(sale); }

void World::rerun(const std::string& id) { impl_->rerun(id); }

void World::cascade(Instant at, const billing::Sale& sale) { impl_->shop_.expect(at, sale); }

const Shop& World::shop() const { return impl_->shop_; }

void World::look(const ports::LedgerWork& work) { impl_->look(work); }

std::filesystem::path World::file() const { return impl_->file(); }

void World::report(const std::string& event, const std::string& id) {
  report(event, recoveries(id).back().recovery);
}

void World::report(const std::string& event, const billing::Recovery& about) {
  const std::string theirs = about.provider_order ? about.provider_order->str() : "";
  impl_->network_.report(R"({"Event":")" + event + R"(","TimeStamp":")" + to_iso8601(now()) +
                         R"(","ExternalOrderId":")" + about.order.str() + R"(","OrderId":")" +
                         theirs + R"(","IsTestMode":false})");
}

std::optional<std::string> World::resolve(const OrderId& order, billing::PersonWord word) {
  return impl_->resolve(order, word);
}

void World::change_rules(billing::Rules rules) { impl_->change_rules(std::move(rules)); }

const billing::Rules& World::rules() const { return impl_->settings_.rules; }

const ports::Calendar& World::calendar() const { return *impl_->calendar_; }

void World::tell(std::function<void(const std::string&)> to) {
  impl_->transcript_.tell(std::move(to));
}

void World::live_until(Instant end) { impl_->live_until(end); }

Instant World::now() const { return impl_->time_.now(); }

const std::vector<flexfactor::Charge>& World::charges() const { return impl_->provider_.charges(); }

flexfactor::Statistics World::statistics() const { return impl_->provider_.statistics(); }

const std::vector<std::string>& World::log() const { return impl_->transcript_.lines; }

const std::vector<Call>& World::calls() const { return impl_->network_.calls(); }

const Receiver& World::receiver() const { return impl_->receiver_; }

std::vector<SubscriptionId> World::take_news() { return impl_->receiver_.take_news(); }

Network& World::network() { return impl_->network_; }

const std::vector<Instant>& World::signs_of_life() const { return impl_->signs_of_life_; }

int World::crashes() const { return impl_->crashes_; }

void World::calm() {
  impl_->settings_.crashes = {};
  impl_->network_.fail_in({});
  impl_->clock_.step_at({});
  impl_->receiver_.calm();
  for (const auto& [fault, per_mille] : impl_->settings_.provider.per_mille) {
    impl_->provider_.set_fault(fault, 0);
  }
}

}  // namespace recycled::simulation
