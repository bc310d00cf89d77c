#include "simulation/life.hpp"

#include <algorithm>
#include <exception>
#include <memory>

#include "base/ensure.hpp"

namespace recycled::simulation {
namespace {

using billing::PersonWord;
using flexfactor::Dice;
using flexfactor::SimulatedFault;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr SimulatedFault every_fault[] = {
    SimulatedFault::callback_late,  SimulatedFault::callback_twice,
    SimulatedFault::callback_early, SimulatedFault::callback_reordered,
    SimulatedFault::callback_lost,  SimulatedFault::error_429,
    SimulatedFault::error_5xx,      SimulatedFault::error_5xx_after,
    SimulatedFault::stall,          SimulatedFault::reset_after_read,
    SimulatedFault::token_expired};
constexpr Outage::Kind every_outage[] = {Outage::Kind::unreachable, Outage::Kind::error_503,
                                         Outage::Kind::lost_unread, Outage::Kind::lost_read};

std::vector<Outage> plan_outages(Dice& dice, Instant start, int count) {
  std::vector<Outage> made;
  auto kind = dice.roll(4);
  for (Instant at = start + days(2); at < start + days(count);) {
    Outage outage{at, at + hours(1 + dice.roll(20)), every_outage[kind++ % 4], std::nullopt};
    const auto whose = dice.roll(3);
    if (whose > 0) outage.only = GatewayId(whose == 1 ? "ff-one" : "ff-two");
    made.push_back(outage);
    at = outage.until + hours(24 + dice.roll(24 * 8));
  }
  return made;
}

// Until somebody sets it right; ahead or behind.
std::vector<ClockStep> plan_clock_steps(Dice& dice, Instant start, int count) {
  std::vector<ClockStep> made;
  for (Instant at = start + days(1) + hours(dice.roll(48)); at < start + days(count);) {
    const Millis by = minutes(1 + dice.roll(45));
    made.push_back({at, at + hours(1 + dice.roll(5)), dice.roll(2) == 0 ? by : -by});
    at += days(5 + dice.roll(15));
  }
  return made;
}

WorldSettings world_of(const LifeSettings& settings) {
  Dice dice(settings.seed * 104'729 + 3);
  const char* const zones[] = {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
                               "America/Sao_Paulo", "Asia/Kolkata"};
  WorldSettings world;
  world.seed = settings.seed;
  world.zone = zones[dice.roll(5)];
  world.start = *parse_instant("2026-01-25T06:00:00Z") + days(dice.roll(300));
  const auto mode = dice.roll(4) == 0 ? billing::MitMode::sync : billing::MitMode::managed;
  world.rules = merchant_rules(mode);
  world.provider.mode = mode;
  world.provider.approve_percent = 50;
  world.provider.decline_percent = 30;
  world.provider.shortest_delay = std::chrono::seconds(1);
  world.provider.longest_delay = hours(1 + dice.roll(24 * 4));
  for (const auto fault : every_fault) {
    world.provider.per_mille[fault] = static_cast<int>(40 + dice.roll(80));
  }
  // About one death a day, however many there are: each begins a process anew.
  world.crashes = {1, std::max(60, settings.subscriptions / 5)};
  world.unanswered = Unanswered::repeated;
  world.outages = plan_outages(dice, world.start, settings.days);
  world.clock_steps = plan_clock_steps(dice, world.start, settings.days);
  world.scan_batch = 50;
  world.folder = settings.folder;
  world.wraps = settings.wraps;
  return world;
}

class Life {
 public:
  explicit Life(const LifeSettings& settings)
      : settings_(settings),
        world_settings_(world_of(settings)),
        world_(world_settings_),
        merchant_(settings.seed, settings.subscriptions, world_.calendar(), world_settings_.start),
        invariants_(world_, merchant_),
        dice_(settings.seed * 31 + 11) {
    world_.tell(settings.log ? settings.log : [](const std::string&) {});
  }

  LifeReport run() {
    LifeReport report;
    report.settings = settings_;
    report.zone = world_settings_.zone;
    report.began = world_settings_.start;
    try {
      live_all();
    } catch (const Violation& violation) {
      report.violation = violation;
    } catch (const std::exception& bug) {  // what the program itself holds to be impossible
      report.violation = Violation{"the program's own checks", world_.now(), {}, bug.what()};
    }
    report.ended = world_.now();
    report.lived = lived();
    report.faults = faults();
    report.checked = invariants_.checked();
    world_.look([&](ports::LedgerTx& tx) {
      report.revenue = report::gather_revenue(tx, world_.calendar(), report.zone, {}, world_.now());
    });
    return report;
  }

 private:
  void live_all() {
    const int all = settings_.days + quiet_days;
    for (int day = 1; day <= all; ++day) {
      if (day == settings_.days + 1) calm();
      if (day <= settings_.days && day % 9 == 0) edit_rules();
      world_.import(merchant_.bill(world_.rules(), world_.now()));
      world_.live_until(world_settings_.start + days(day));
      invariants_.check_day();
      hear();
      news_from_flexfactor(day);
      decide_what_is_parked();
      if (settings_.progress) settings_.progress(day, all);
    }
    invariants_.check_rest();
  }

  void calm() {
    world_.calm();
    merchant_.calm();
  }

  void edit_rules() { world_.change_rules(edited(world_.rules(), edits_++)); }

  void hear() {
    for (const SubscriptionId& id : world_.take_news()) {
      merchant_.hear(world_.subscription(id.str()).subscription);
    }
  }

  // Customers ask their money back, banks take it back, and now and then a failure is reported of
  // what was charged long ago.
  void news_from_flexfactor(int day) {
    const auto& charges = world_.charges();
    for (; told_of_ < charges.size(); ++told_of_) {
      const auto rolled = dice_.roll(100);
      const char* const event = rolled < 3   ? "order.refunded"
                                : rolled < 5 ? "payment.chargeback.received"
                                : rolled < 8 ? "order.cancelled"
                                             : nullptr;
      if (event == nullptr || day >= settings_.days) continue;
      std::optional<ports::StoredRecovery> about;
      world_.look([&](ports::LedgerTx& tx) { about = tx.recovery(charges[told_of_].order); });
      world_.report(event, about->recovery);
      ++reported_[rolled < 3 ? "refunds" : rolled < 5 ? "chargebacks" : "failures after a success"];
    }
  }

  // The operator looks at FlexFactor's portal and says what is true.
  void decide_what_is_parked() {
    std::vector<ports::StoredRecovery> parked;
    world_.look([&](ports::LedgerTx& tx) {
      parked = tx.in_state(billing::RecoveryState::parked, RecoveryKey(), 500);
    });
    for (const auto& one : parked) {
      const auto& charges = world_.charges();
      for (; booked_ < charges.size(); ++booked_) paid_.insert(charges[booked_].order);
      const bool is_paid = paid_.contains(one.recovery.order);
      const auto words = is_paid ? std::vector{PersonWord::recovered, PersonWord::refunded}
                                 : std::vector{PersonWord::failed, PersonWord::withdrawn};
      for (const PersonWord word : words) {
        if (world_.resolve(one.recovery.order, word)) continue;
        ++resolved_;
        break;
      }
    }
  }

  Counted lived() const {
    Counted made{merchant_.lived().begin(), merchant_.lived().end()};
    const auto statistics = world_.statistics();
    made.emplace_back("hand-overs", statistics.orders);
    made.emplace_back("charges at FlexFactor", statistics.charges);
    made.emplace_back("decided by a person", resolved_);
    made.emplace_back("edits of the profiles", edits_);
    for (const auto& [what, count] : reported_) made.emplace_back(what, count);
    return made;
  }

  Counted faults() {
    Counted made{{"crash", world_.crashes()},
                 {"crash_over_a_callback", world_.network().repeats()},
                 {"clock_step", static_cast<std::int64_t>(world_settings_.clock_steps.size())},
                 {"callback_refused_by_a_wrong_clock", world_.network().refused_for_date()}};
    for (const auto kind : every_outage) {
      const auto& struck = world_.network().struck();
      const auto found = struck.find(kind);
      made.emplace_back("outage_" + std::string(to_text(kind)),
                        found == struck.end() ? 0 : found->second);
    }
    const auto statistics = world_.statistics();
    for (const auto fault : every_fault) {
      const auto found = statistics.faults.find(fault);
      made.emplace_back(flexfactor::to_text(fault),
                        found == statistics.faults.end() ? 0 : found->second);
    }
    return made;
  }

  const LifeSettings& settings_;
  const WorldSettings world_settings_;
  World world_;
  Merchant merchant_;
  Invariants invariants_;
  Dice dice_;
  int edits_ = 0;
  std::int64_t resolved_ = 0;
  std::size_t told_of_ = 0;
  std::size_t booked_ = 0;
  std::set<OrderId> paid_;
  std::map<std::string, std::int64_t> reported_;
};

}  // namespace

Result<LifeReport> live(const LifeSettings& settings) {
  if (!settings.folder.empty() && std::filesystem::exists(settings.folder / "ledger.db")) {
    return fail(Fault::store, (settings.folder / "ledger.db").string() + " is there already");
  }
  Life life(settings);
  return life.run();
}

}  // namespace recycled::simulation
