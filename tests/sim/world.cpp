#include "sim/world.hpp"

#include <algorithm>
#include <map>

#include <unistd.h>

#include "async/spawn.hpp"
#include "async/task_group.hpp"
#include "base/ensure.hpp"
#include "crypto/base64.hpp"
#include "engine/accept.hpp"
#include "engine/rerun.hpp"
#include "flexfactor/callback.hpp"
#include "flexfactor/client.hpp"
#include "sim/parts.hpp"
#include "sim/shop.hpp"
#include "system/calendar.hpp"
#include "worker/callbacks.hpp"

namespace recycled::sim {
namespace {

const char* const host = "billing.example.com";

}  // namespace

class World::Impl {
 public:
  explicit Impl(WorldSettings settings)
      : settings_(std::move(settings)),
        time_(settings_.start),
        entropy_(settings_.seed),
        dice_(settings_.seed * 7919 + 1),
        transcript_(time_),
        provider_(with_seed(settings_)),
        receiver_(time_, settings_.seed * 31 + 7) {
    folder_ = std::filesystem::temp_directory_path() /
              ("recycled-sim-" + std::to_string(::getpid()) + "-" + std::to_string(next_folder_++));
    std::filesystem::create_directories(folder_);
    auto opened =
        store::SqliteLedger::open(folder_ / "ledger.db", store::Executor::inline_, time_.now());
    ensure(opened.has_value(), "the simulation's ledger opens");
    ledger_ = std::move(*opened);
    look([this](ports::LedgerTx& tx) { tx.set_meta("installation", installation_.str()); });
    calendar_ = *system::ZoneCalendar::make(settings_.zone);
  }
  ~Impl() {
    ledger_.reset();
    std::filesystem::remove_all(folder_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void import(const billing::Subscription& subscription) {
    NoProviders none;
    const engine::Desk desk{installation_, engine::Planner(settings_.rules, *calendar_), none};
    look([&](ports::LedgerTx& tx) {
      engine::accept_subscription(tx, subscription, desk, time_.now());
    });
  }

  void import(const billing::Sale& sale) {
    NoProviders none;
    const engine::Desk desk{installation_, engine::Planner(settings_.rules, *calendar_), none};
    look([&](ports::LedgerTx& tx) { engine::accept_sale(tx, sale, desk, time_.now()); });
  }

  void rerun(const std::string& id) {
    Accounts accounts(*this);
    const engine::Desk desk{installation_, engine::Planner(settings_.rules, *calendar_), accounts};
    look([&](ports::LedgerTx& tx) {
      const auto sale = tx.sale(SaleId(id));
      ensure(sale.has_value(), "the test re-runs a sale it imported");
      engine::Room room(tx, desk, time_.now(), std::nullopt);
      const auto claim = engine::claim_rerun(tx, *sale, GatewayId("ff"), desk, time_.now(), room);
      ensure(std::holds_alternative<ports::StoredRecovery>(claim), "the sale may be re-run");
    });
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
      }
    }
  }

  WorldSettings settings_;
  VirtualTime time_;
  SeededEntropy entropy_;
  flexfactor::Dice dice_;
  Transcript transcript_;
  flexfactor::SimulatedFlexFactor provider_;
  Receiver receiver_;
  Shop shop_{time_};
  std::unique_ptr<store::SqliteLedger> ledger_;
  int crashes_ = 0;
  std::vector<Instant> signs_of_life_;
  std::vector<Call> calls_;
  std::vector<std::string> reports_;  // bodies of callbacks to come
  std::filesystem::path folder_;

 private:
  class NoProviders final : public ports::Providers {
   public:
    ports::Provider* find(const GatewayId&) override { return nullptr; }
  };

  // FlexFactor without sockets, with the same ways to fail.
  class Wire final : public http::Transport {
   public:
    Wire(Impl& world, GatewayId gateway) : world_(world), gateway_(std::move(gateway)) {}
    CallbackDoor* door = nullptr;

    async::Task<http::Exchange> exchange(http::Request request) override {
      VirtualTime& time = world_.time_;
      world_.calls_.push_back(
          {time.now(), gateway_, request.target, flexfactor::order_in(request.body)});
      const bool is_hand_over = !world_.calls_.back().order.empty();
      if (const auto outage = world_.outage(gateway_);
          outage && (is_hand_over || is_total(*outage))) {
        co_await time.sleep_until(time.now() + Millis(5));
        co_return world_.fail(*outage, request);
      }
      co_await time.sleep_until(time.now() + Millis(1 + world_.dice_.roll(40)));
      http::Response response = world_.provider_.handle(request, time.now());
      for (const auto& callback : world_.provider_.take_early()) {
        co_await world_.deliver(*door, callback);
      }
      if (response.delivery == http::Delivery::stall) {
        co_await time.sleep_until(time.now() + std::chrono::seconds(30));
      }
      if (response.delivery != http::Delivery::answer) {
        co_return tl::unexpected(http::TransportFailure{http::Reached::perhaps, "no answer"});
      }
      co_await time.sleep_until(time.now() + Millis(1 + world_.dice_.roll(40)));
      co_return response;
    }

   private:
    static bool is_total(Outage::Kind kind) {
      return kind == Outage::Kind::unreachable || kind == Outage::Kind::error_503;
    }

    Impl& world_;
    const GatewayId gateway_;
  };

  // An account of the same FlexFactor for each of its gateways.
  class Accounts final : public ports::Providers {
   public:
    explicit Accounts(Impl& world) {
      for (const auto& [id, gateway] : world.settings_.rules.gateways) {
        if (gateway.flexfactor) accounts_.try_emplace(id, world, id);
      }
    }
    ports::Provider* find(const GatewayId& gateway) override {
      const auto found = accounts_.find(gateway);
      return found == accounts_.end() ? nullptr : &found->second.client;
    }
    void deliver_to(CallbackDoor& door) {
      for (auto& [id, account] : accounts_) account.wire.door = &door;
    }
    std::vector<GatewayId> ids() const {
      std::vector<GatewayId> ids;
      for (const auto& [id, account] : accounts_) ids.push_back(id);
      return ids;
    }

   private:
    struct Account {
      Account(Impl& world, const GatewayId& id)
          : wire(world, id),
            client(wire, world.time_, world.transcript_,
                   {id, "mid", "site", crypto::Secret("key"), crypto::Secret("secret"), ""}) {}
      Wire wire;
      flexfactor::Client client;
    };
    std::map<GatewayId, Account> accounts_;
  };

  static flexfactor::Behaviour with_seed(const WorldSettings& settings) {
    flexfactor::Behaviour behaviour = settings.provider;
    behaviour.seed = settings.seed;
    behaviour.callback_host = host;
    behaviour.signing_key = crypto::Secret("the simulation's signing key");
    return behaviour;
  }

  std::optional<Outage::Kind> outage(const GatewayId& gateway) const {
    for (const Outage& outage : settings_.outages) {
      if (outage.only && *outage.only != gateway) continue;
      if (time_.now() >= outage.from && time_.now() < outage.until) return outage.kind;
    }
    return std::nullopt;
  }

  http::Exchange fail(Outage::Kind kind, const http::Request& request) {
    using http::Reached;
    using http::TransportFailure;
    switch (kind) {
      case Outage::Kind::unreachable:
        return tl::unexpected(TransportFailure{Reached::certainly_not, "no route"});
      case Outage::Kind::error_503:
        return http::Response{503, {}, "", http::Delivery::answer};
      case Outage::Kind::lost_read:
        provider_.handle(request, time_.now());
        return tl::unexpected(TransportFailure{Reached::perhaps, "reset"});
      case Outage::Kind::lost_unread:
        return tl::unexpected(TransportFailure{Reached::perhaps, "reset"});
    }
    return tl::unexpected(TransportFailure{});
  }

  async::Task<void> deliver_reports(CallbackDoor& door) {
    std::vector<std::string> bodies;
    bodies.swap(reports_);
    for (const std::string& body : bodies) {
      flexfactor::OutgoingCallback callback;
      const std::string nonce = "report-" + std::to_string(++reported_);
      callback.headers = flexfactor::sign(crypto::Secret("the simulation's signing key"), nonce,
                                          time_.now(), host, body);
      callback.body = body;
      co_await deliver(door, std::move(callback));
    }
  }

  async::Task<void> deliver(CallbackDoor& door, flexfactor::OutgoingCallback callback) {
    http::Request request;
    request.method = "POST";
    request.target = "/flexfactor/callbacks";
    request.headers = callback.headers;
    request.headers.emplace_back("Host", "127.0.0.1:8443");
    request.body = callback.body;
    auto response = co_await door.answer(std::move(request));
    ensure(response.status == 200 || response.status == 409, "a genuine callback is taken");
  }

  // FlexFactor's side: what is due there happens, and its callbacks are delivered.
  async::Task<void> provide(CallbackDoor& door, Instant end) {
    co_await deliver_reports(door);
    while (time_.now() < end && !crashed_) {
      for (const auto& callback : provider_.advance(time_.now())) {
        try {
          co_await deliver(door, callback);
        } catch (const Crash&) {
          crashed_ = true;  // and this callback is lost
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
      crashed_ = true;
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
    crashed_ = false;
    boost::asio::io_context context;
    const Sleepers sleepers{time_};
    const auto executor = context.get_executor();
    Accounts accounts(*this);
    const engine::Desk desk{installation_, engine::Planner(settings_.rules, *calendar_), accounts};
    MortalLedger ledger(*ledger_, dice_, settings_.crash_per_mille);
    const engine::Context world{desk, time_, entropy_, ledger, transcript_};
    FlexFactorCallbacks reader;
    VirtualAlarms alarms(time_);
    engine::EngineSettings engine_settings;
    for (const GatewayId& id : accounts.ids()) engine_settings.pace[id] = settings_.pace;
    engine_settings.scan_batch = settings_.scan_batch;
    engine_settings.scan_every = std::chrono::hours(1);
    engine_settings.rules_digest = "rules";
    engine::Engine engine(world, reader, alarms, executor, engine_settings,
                          {{ports::Sink::webhook, &receiver_}});
    CallbackKeys keys{{{{crypto::Secret("the simulation's signing key"), "sim", {}, {}}},
                       host,
                       std::chrono::minutes(5),
                       flexfactor::BodySignature::refused},
                      {config::Environment::sandbox},
                      {accounts.ids()}};
    CallbackDoor door(std::move(keys), engine, time_, transcript_);
    accounts.deliver_to(door);
    async::TaskGroup tills(executor, 100);
    std::optional<Supervisor> supervisor;
    if (settings_.patience) supervisor.emplace(engine, time_, *settings_.patience, signs_of_life_);
    async::TaskGroup process(executor, 5);
    process.start(shop_.serve(engine, tills, end, crashed_));
    process.start(work(engine));
    process.start(provide(door, end));
    process.start(stop_at(engine, end));
    if (supervisor) process.start(supervisor->ask(end, crashed_));
    while (!crashed_ && process.running() + tills.running() > 0) {
      const bool somebody_is_left = time_.turn(context);
      ensure(somebody_is_left, "nobody waits for ever");
    }
    if (crashed_) throw Crash();
    async::run_to_end(context, process.join());
  }

  inline static int next_folder_ = 0;
  const InstallationId installation_{"simulation"};
  std::unique_ptr<system::ZoneCalendar> calendar_;
  bool crashed_ = false;
  int reported_ = 0;
};

World::World(WorldSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}

World::~World() = default;

void World::import(const billing::Subscription& subscription) { impl_->import(subscription); }

void World::import(const billing::Sale& sale) { impl_->import(sale); }

void World::rerun(const std::string& id) { impl_->rerun(id); }

void World::cascade(Instant at, const billing::Sale& sale) { impl_->shop_.expect(at, sale); }

const Shop& World::shop() const { return impl_->shop_; }

void World::look(const ports::LedgerWork& work) { impl_->look(work); }

std::filesystem::path World::file() const { return impl_->folder_ / "ledger.db"; }

void World::report(const std::string& event, const std::string& id) {
  const auto about = recoveries(id).back().recovery;
  const std::string theirs = about.provider_order ? about.provider_order->str() : "";
  impl_->reports_.push_back(R"({"Event":")" + event + R"(","TimeStamp":")" + to_iso8601(now()) +
                            R"(","ExternalOrderId":")" + about.order.str() + R"(","OrderId":")" +
                            theirs + R"(","IsTestMode":false})");
}

void World::live_until(Instant end) { impl_->live_until(end); }

Instant World::now() const { return impl_->time_.now(); }

const std::vector<flexfactor::Charge>& World::charges() const { return impl_->provider_.charges(); }

flexfactor::Statistics World::statistics() const { return impl_->provider_.statistics(); }

const std::vector<std::string>& World::log() const { return impl_->transcript_.lines; }

const std::vector<Call>& World::calls() const { return impl_->calls_; }

const Receiver& World::receiver() const { return impl_->receiver_; }

const std::vector<Instant>& World::signs_of_life() const { return impl_->signs_of_life_; }

int World::crashes() const { return impl_->crashes_; }

void World::calm() {
  impl_->settings_.crash_per_mille = 0;
  impl_->settings_.outages.clear();
  impl_->receiver_.calm();
  for (const auto& [fault, per_mille] : impl_->settings_.provider.per_mille) {
    impl_->provider_.set_fault(fault, 0);
  }
}

}  // namespace recycled::sim
