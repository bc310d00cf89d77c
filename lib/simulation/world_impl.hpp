// The inside of a World: the processes that it lives through, one after the other.
#pragma once

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
#include "simulation/world.hpp"
#include "system/calendar.hpp"
#include "system/temporary_folder.hpp"

namespace recycled::simulation {

inline constexpr Millis restart_after = std::chrono::seconds(15);  // as recycled.service has it

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
        receiver_(time_, process_, settings_.seed * 31 + 7) {
    network_.fail_in(settings_.outages);
    clock_.step_at(settings_.clock_steps);
    if (settings_.folder.empty()) own_folder_.emplace(make_folder());
    disk_.emplace(time_, file());
    disk_->fail_in(settings_.store_troubles);
    ensure(opens_ledger(), "the simulation's ledger opens");
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

  // What ended is started anew, as by a service manager.
  void live_until(Instant end) {
    while (time_.now() < end) {
      try {
        one_life(end);
        continue;
      } catch (const Crash&) {
        ++crashes_;
      } catch (const Stopped&) {
        ++stops_;
        time_.pass(restart_after);
      }
      // What was not committed went with the process.
      while (!opens_ledger()) time_.pass(restart_after);
      if (process_.crashed && disk_->is_well()) note_what_it_fell_between();
    }
    disk_->mend();
  }

  WorldSettings settings_;
  VirtualTime time_;
  Process process_;  // the one of now
  SteppedClock clock_{time_};
  SeededEntropy entropy_;
  flexfactor::Dice dice_;
  Transcript transcript_;
  flexfactor::SimulatedFlexFactor provider_;
  Network network_;
  Receiver receiver_;
  Shop shop_{time_};
  std::optional<system::TemporaryFolder> own_folder_;
  std::optional<Disk> disk_;
  std::unique_ptr<store::OpenLedger> ledger_;
  int crashes_ = 0;
  int stops_ = 0;
  Deaths deaths_;
  std::int64_t commits_ = 0;
  FellBetween fell_between_;
  std::function<void(const std::vector<OrderId>&)> on_step_;
  std::vector<Instant> signs_of_life_;

  // Its time is not the server's.
  store::Address address() const {
    store::Address address;
    address.file = file();
    address.url = settings_.database;
    address.lease = std::chrono::days(36500);
    return address;
  }
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

  bool opens_ledger() {
    ledger_.reset();
    Disk::Use use(*disk_, Occasion::anything);
    const store::Opening opening{store::Role::worker, store::Executor::inline_, "a simulation"};
    auto opened = store::open_ledger(address(), opening, clock_);
    if (!opened) {
      ensure(!disk_->is_well(), "a ledger on a disk that is well opens");
      use.failed();
      return false;
    }
    ledger_ = std::move(*opened);
    return true;
  }

  void note_what_it_fell_between() {
    bool is_uncalled = false;
    bool is_unrecorded = false;
    look([&](ports::LedgerTx& tx) {
      for (const auto state : {billing::RecoveryState::intended, billing::RecoveryState::unknown}) {
        for (const auto& stored : tx.in_state(state, RecoveryKey(), 500)) {
          const int sent = network_.handed_over(stored.recovery.order);
          const auto attempts = tx.attempts(stored.key);
          const auto recorded = std::ranges::count_if(
              attempts, [](const ports::Attempt& one) { return one.step == billing::Step::send; });
          if (sent == 0 && recorded == 0) is_uncalled = true;
          if (sent > recorded) is_unrecorded = true;
        }
      }
    });
    if (is_uncalled) ++fell_between_.claim_and_call;
    if (is_unrecorded) ++fell_between_.call_and_record;
  }

  // Something happened, or nothing could: whoever watches may look.
  void step() {
    if (!on_step_ || process_.is_over() || !disk_->is_well()) return;
    const std::size_t charged = provider_.charges().size();
    if (!transcript_.has_touched() && charged == charged_) return;
    charged_ = charged;
    on_step_(transcript_.take_touched());
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
    while (time_.now() < end && !process_.is_over()) {
      process_.occasion = Occasion::callback;  // nothing else runs until it has been told
      try {
        co_await network_.deliver_waiting(door);
      } catch (const Crash&) {
        process_.crashed = true;
      }
      const Instant signed_at = time_.now();
      for (const auto& callback : provider_.advance(signed_at)) {
        try {
          co_await network_.deliver(door, callback, signed_at);
        } catch (const Crash&) {
          process_.crashed = true;
        }
      }
      process_.occasion = Occasion::anything;
      // New orders come while we sleep, so a look every few minutes at least.
      const Instant next = provider_.next_at().value_or(end);
      const Instant soon = time_.now() + std::chrono::minutes(10);
      const Instant wake = std::min(std::min(next, soon), end);
      co_await time_.sleep_until(wake);
    }
  }

  async::Task<void> work(engine::Engine& engine) {
    try {
      auto done = co_await engine.start();
      if (done) {
        done = co_await engine.run(engine::Scanning::on);
      }
      if (done) co_return;
      const Fault fault = done.error().fault;
      const bool is_planned = !disk_->met().empty();
      ensure(is_planned && (fault == Fault::store || fault == Fault::busy), "the engine runs");
      process_.failed = true;
    } catch (const Crash&) {
      process_.crashed = true;
    }
  }

  async::Task<void> stop_at(engine::Engine& engine, Instant end) {
    co_await time_.sleep_until(end);
    engine.stop();
  }

  // A process ended by itself, since it could not write its ledger.
  struct Stopped {};

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
    MortalLedger mortal({*ledger_, dice_, *disk_, process_, deaths_, commits_, time_},
                        settings_.crashes, settings_.dies, settings_.longest_turn);
    const auto wrapped_ledger = wraps.ledger ? wraps.ledger(mortal) : nullptr;
    ports::Ledger& ledger = wrapped_ledger ? *wrapped_ledger : mortal;
    const engine::Context world{desk, clock_, entropy_, ledger, transcript_};
    FlexFactorCallbacks codec;
    const auto wrapped_reader = wraps.reader ? wraps.reader(codec) : nullptr;
    const ports::CallbackReader& reader = wrapped_reader ? *wrapped_reader : codec;
    VirtualAlarms alarms(time_, clock_);
    engine::EngineSettings engine_settings;
    engine_settings.pace = settings_.paces;
    for (const GatewayId& id : accounts.ids()) engine_settings.pace.emplace(id, settings_.pace);
    engine_settings.scan_batch = settings_.scan_batch;
    engine_settings.scan_every = settings_.scan_every;
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
    while (!process_.is_over() && process.running() + tills.running() > 0) {
      const bool somebody_is_left = time_.turn(context);
      ensure(somebody_is_left, "nobody waits for ever");
      step();
    }
    if (process_.crashed) throw Crash();
    if (process_.failed) throw Stopped();
    async::run_to_end(context, process.join());
  }

  const InstallationId installation_{"simulation"};
  int edits_ = 0;  // of the rules
  std::size_t charged_ = 0;
};

}  // namespace recycled::simulation
