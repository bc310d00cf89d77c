#include "simulation/life.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <set>

#include "engine/pause.hpp"
#include "simulation/invariants.hpp"
#include "simulation/life_plan.hpp"

namespace recycled::simulation {
namespace {

using billing::PersonWord;
using flexfactor::Dice;
using std::chrono::days;

// The examination reads all there is, so a month's is enough while there are faults every day.
constexpr int days_between_examinations = 28;

template <class Kind>
std::int64_t count_in(const std::map<Kind, std::int64_t>& counted, Kind kind) {
  const auto found = counted.find(kind);
  return found == counted.end() ? 0 : found->second;
}

class Life {
 public:
  explicit Life(const LifeSettings& settings)
      : settings_(settings),
        world_settings_(world_of(settings)),
        world_(world_settings_),
        merchant_(settings.seed, settings.subscriptions, world_.calendar(), world_settings_.rules,
                  world_settings_.start),
        storefront_(settings.seed, sales_a_day(settings)),
        invariants_(world_, merchant_, storefront_),
        dice_(settings.seed * 31 + 11) {
    world_.tell(settings.log ? settings.log : [](const std::string&) {});
    world_.watch([this](const std::vector<OrderId>& touched) { invariants_.check_step(touched); });
  }

  LifeReport run() {
    LifeReport report;
    report.settings = settings_;
    report.zone = world_settings_.zone;
    report.began = world_settings_.start;
    report.quiet_days = quiet_days(settings_);
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
    const int quiet = quiet_days(settings_);
    const int all = settings_.days + quiet;
    // What fell due and was handed over in the quiet days has its whole time too.
    for (int day = 1; day <= all || (day <= all + quiet && is_any_open()); ++day) {
      if (day == settings_.days + 1) calm();
      if (day <= settings_.days && day % 9 == 0) edit_rules();
      world_.import(merchant_.bill(world_.rules(), world_.now()));
      open_shop();
      world_.live_until(world_settings_.start + days(day));
      invariants_.check_day();
      if (day % days_between_examinations == 0) examine();
      hear();
      news_from_flexfactor(day);
      decide_what_is_parked();
      end_pauses();
      if (settings_.progress) settings_.progress(day, std::max(day, all));
    }
    invariants_.check_rest(by_hand_);
    examine();
  }

  bool is_any_open() {
    bool any = false;
    world_.look([&any](ports::LedgerTx& tx) { any = !tx.backlog().open.empty(); });
    return any;
  }

  void calm() {
    world_.calm();
    merchant_.calm();
    storefront_.calm();
  }

  void examine() {
    if (settings_.examiner) invariants_.examine(settings_.examiner(world_.rules()));
  }

  void open_shop() {
    const auto today = storefront_.open(world_.rules(), world_.now());
    for (const billing::Sale& row : today.rows) world_.import(row);
    for (const auto& asked : today.asked) {
      if (asked.rerun_at) {
        world_.rerun(asked.at, asked.sale, *asked.rerun_at);
      } else {
        world_.cascade(asked.at, *storefront_.find(asked.sale));
      }
    }
  }

  // A config of somebody's own is his to edit.
  void edit_rules() {
    if (!settings_.own) world_.change_rules(edited(world_.rules(), edits_++));
  }

  void hear() {
    for (const SubscriptionId& id : world_.take_news()) {
      if (merchant_.find(id) != nullptr) {
        merchant_.hear(world_.subscription(id.str()).subscription);
      } else if (const billing::Sale* sale = storefront_.find(id)) {
        sign_up(*sale);
      }
    }
  }

  // N3: what FlexFactor sold is billed at the merchant's own gateway, as long as nobody has
  // cancelled it.
  void sign_up(const billing::Sale& sale) {
    if (world_.sale(sale.id.str()).sale.status != billing::SaleStatus::complete) return;
    world_.import(merchant_.sign_up(sale, world_.now()));
    invariants_.check_signed_up(sale.subscription);
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
      if (was_told_no(about->recovery)) continue;  // it is on its way back already
      world_.report(event, about->recovery);
      ++reported_[rolled < 3 ? "refunds" : rolled < 5 ? "chargebacks" : "failures after a success"];
    }
  }

  static bool was_told_no(const billing::Recovery& recovery) {
    const bool is_cascade = recovery.kind == billing::RecoveryKind::cascade;
    return is_cascade && recovery.told != billing::Reason::none;
  }

  // The operator looks at FlexFactor's portal and says what is true. What a cascade charged after a
  // "no" he gives back there.
  void decide_what_is_parked() {
    std::vector<ports::StoredRecovery> parked;
    world_.look([&](ports::LedgerTx& tx) {
      parked = tx.in_state(billing::RecoveryState::parked, RecoveryKey(), 500);
    });
    for (const auto& one : parked) {
      const OrderId& order = one.recovery.order;
      const auto& charges = world_.charges();
      for (; booked_ < charges.size(); ++booked_) paid_.insert(charges[booked_].order);
      const bool is_paid = paid_.contains(order);
      auto words = is_paid ? std::vector{PersonWord::recovered, PersonWord::refunded}
                           : std::vector{PersonWord::failed, PersonWord::withdrawn};
      const bool gives_back = is_paid && was_told_no(one.recovery);
      if (gives_back) words = {PersonWord::refunded};
      for (const PersonWord word : words) {
        if (world_.resolve(order, word)) continue;
        if (gives_back) by_hand_.insert(order);
        ++resolved_;
        break;
      }
    }
  }

  // The breaker's, of a config that has one: somebody looks at the gateway, and lets it go on.
  void end_pauses() {
    world_.look([&](ports::LedgerTx& tx) {
      for (const ports::Pause& pause : tx.pauses()) {
        engine::resume(tx, pause.gateway, "the operator", world_.now());
      }
    });
  }

  Counted lived() const {
    Counted made{merchant_.lived().begin(), merchant_.lived().end()};
    made.insert(made.end(), storefront_.lived().begin(), storefront_.lived().end());
    const auto statistics = world_.statistics();
    made.emplace_back("hand-overs", statistics.orders);
    made.emplace_back("charges at FlexFactor", statistics.charges);
    made.emplace_back("decided by a person", resolved_);
    made.emplace_back("edits of the profiles", edits_);
    for (const auto& [what, count] : reported_) made.emplace_back(what, count);
    return made;
  }

  Counted faults() {
    Counted made;
    for (const auto death : {Death::before_commit, Death::in_commit, Death::after_commit}) {
      made.emplace_back("crash_" + std::string(to_text(death)), count_in(world_.deaths(), death));
    }
    made.emplace_back("crash_between_claim_and_call", world_.fell_between().claim_and_call);
    made.emplace_back("crash_between_call_and_record", world_.fell_between().call_and_record);
    made.emplace_back("crash_over_a_callback", world_.network().repeats());
    made.emplace_back("crash_over_a_shop_or_clerk", world_.shop().died_over());
    made.emplace_back("event_delivered_again", world_.receiver().repeats());
    for (const auto kind : every_store_trouble) {
      made.emplace_back("store_" + std::string(to_text(kind)), count_in(world_.disk().met(), kind));
    }
    made.emplace_back("stop_for_want_of_the_store", world_.stops());
    made.emplace_back("callback_not_stored", world_.network().unstored());
    made.emplace_back("shop_or_clerk_turned_away", world_.shop().turned_away());
    made.emplace_back("clock_step", std::ssize(world_settings_.clock_steps));
    made.emplace_back("callback_refused_by_a_wrong_clock", world_.network().refused_for_date());
    for (const auto kind : every_outage) {
      made.emplace_back("outage_" + std::string(to_text(kind)),
                        count_in(world_.network().struck(), kind));
    }
    const auto statistics = world_.statistics();
    for (const auto fault : every_fault) {
      // Whoever says at once how it went has nothing to say before that.
      const bool is_sync = world_settings_.provider.mode == billing::MitMode::sync;
      if (is_sync && fault == flexfactor::SimulatedFault::callback_early) continue;
      made.emplace_back(flexfactor::to_text(fault), count_in(statistics.faults, fault));
    }
    return made;
  }

  const LifeSettings& settings_;
  const WorldSettings world_settings_;
  World world_;
  Merchant merchant_;
  Storefront storefront_;
  Invariants invariants_;
  Dice dice_;
  int edits_ = 0;
  std::int64_t resolved_ = 0;
  std::size_t told_of_ = 0;
  std::size_t booked_ = 0;
  std::set<OrderId> paid_;
  std::set<OrderId> by_hand_;  // given back in FlexFactor's portal
  std::map<std::string, std::int64_t> reported_;
};

}  // namespace

Result<LifeReport> live(const LifeSettings& settings) {
  if (!settings.folder.empty() && std::filesystem::exists(settings.folder / "ledger.db")) {
    return fail(Fault::store, (settings.folder / "ledger.db").string() + " is there already");
  }
  if (settings.own) {
    const auto& gateways = settings.own->rules.gateways;
    const bool has_flexfactor = std::ranges::any_of(
        gateways, [](const auto& one) { return one.second.flexfactor.has_value(); });
    const bool has_seller = !sellers_of(settings.own->rules).empty();
    if (!has_flexfactor || !has_seller) {
      return fail(Fault::invalid,
                  settings.own->file + (has_flexfactor ? " has no gateway of your own to sell at"
                                                       : " has no gateway at FlexFactor"));
    }
  }
  Life life(settings);
  return life.run();
}

}  // namespace recycled::simulation
