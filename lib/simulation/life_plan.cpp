#include "simulation/life_plan.hpp"

#include <algorithm>
#include <chrono>

#include "simulation/merchant.hpp"
#include "system/calendar.hpp"

namespace recycled::simulation {
namespace {

using flexfactor::Dice;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<GatewayId> flexfactor_gateways(const billing::Rules& rules) {
  std::vector<GatewayId> all;
  for (const auto& [id, gateway] : rules.gateways) {
    if (gateway.flexfactor) all.push_back(id);
  }
  return all;
}

// Those that only hand-overs meet begin at midnight of the account's day, when most of them leave.
std::vector<Outage> plan_outages(Dice& dice, const WorldSettings& world, int count) {
  const auto calendar = system::ZoneCalendar::make(world.zone);
  const auto gateways = flexfactor_gateways(world.rules);
  std::vector<Outage> made;
  auto kind = dice.roll(4);
  for (Instant at = world.start + days(2); at < world.start + days(count);) {
    Outage outage{at, at, every_outage[kind++ % 4], std::nullopt};
    const bool is_total =
        outage.kind == Outage::Kind::unreachable || outage.kind == Outage::Kind::error_503;
    const auto whose = dice.roll(std::ssize(gateways) + 1);
    if (is_total && whose > 0) outage.only = gateways[static_cast<std::size_t>(whose - 1)];
    if (!is_total && calendar) {
      outage.from = (*calendar)->start_of(add_days((*calendar)->day_of(at), 1)) - minutes(1);
    }
    outage.until = outage.from + hours(is_total ? 1 + dice.roll(20) : 2 + dice.roll(5));
    made.push_back(outage);
    at = outage.until + hours(24 + dice.roll(24 * 5));
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

// Somebody makes room, or the other process is done. Never over the end of a day, when the merchant
// and the invariants look.
std::vector<StoreTrouble> plan_store_troubles(Dice& dice, Instant start, int count) {
  std::vector<StoreTrouble> made;
  auto kind = dice.roll(4);
  for (auto day = dice.roll(2); day < count; day += 1 + dice.roll(3)) {
    StoreTrouble trouble;
    trouble.kind = every_store_trouble[kind++ % 4];
    trouble.from = start + days(day) + minutes(dice.roll(60 * 22));
    if (dice.roll(2) == 0) trouble.occasion = Occasion::callback;
    switch (trouble.kind) {
      case StoreTrouble::Kind::disk_full:
      case StoreTrouble::Kind::disk_error:
        trouble.lasts = minutes(1 + dice.roll(4));
        trouble.room = static_cast<std::size_t>(dice.roll(40'000));
        break;
      case StoreTrouble::Kind::locked:
        trouble.lasts = seconds(40 + dice.roll(300));
        break;
      case StoreTrouble::Kind::waited_for:
        trouble.lasts = seconds(1 + dice.roll(25));
        break;
    }
    made.push_back(trouble);
  }
  return made;
}

billing::MitMode mode_of(const LifeSettings& settings, Dice& dice) {
  const auto drawn = dice.roll(4) == 0 ? billing::MitMode::sync : billing::MitMode::managed;
  if (!settings.own) return drawn;
  for (const auto& [id, gateway] : settings.own->rules.gateways) {
    if (gateway.flexfactor) return gateway.flexfactor->mit;
  }
  return drawn;
}

// One FlexFactor stands behind all accounts, and it is of one mode: that of the first.
billing::Rules rules_of(const LifeSettings& settings, billing::MitMode mode) {
  if (!settings.own) return merchant_rules(mode);
  billing::Rules rules = settings.own->rules;
  for (auto& [id, gateway] : rules.gateways) {
    if (gateway.flexfactor) gateway.flexfactor->mit = mode;
  }
  return rules;
}

}  // namespace

int sales_a_day(const LifeSettings& settings) {
  return std::clamp(settings.subscriptions / 100, 3, 200);
}

int quiet_days(const LifeSettings& settings) {
  constexpr int usual = 28;
  if (!settings.own) return usual;
  int longest = 1;
  for (const auto& [id, gateway] : settings.own->rules.gateways) {
    if (gateway.flexfactor) longest = std::max(longest, gateway.flexfactor->expiry_days);
  }
  const billing::Timing& timing = settings.own->rules.timing;
  const Millis after = timing.grace + timing.last_look + timing.repeat_window;
  const auto whole = std::chrono::ceil<days>(after).count();
  return std::max(usual, longest + static_cast<int>(whole) + 7);
}

WorldSettings world_of(const LifeSettings& settings) {
  Dice dice(settings.seed * 104'729 + 3);
  const char* const zones[] = {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
                               "America/Sao_Paulo", "Asia/Kolkata"};
  WorldSettings world;
  world.seed = settings.seed;
  world.zone = zones[dice.roll(5)];
  world.start = *parse_instant("2026-01-25T06:00:00Z") + days(dice.roll(300));
  const auto mode = mode_of(settings, dice);
  world.rules = rules_of(settings, mode);
  world.provider.mode = mode;
  world.provider.approve_percent = 50;
  world.provider.decline_percent = 30;
  world.provider.shortest_delay = seconds(1);
  world.provider.longest_delay = hours(1 + dice.roll(24 * 4));
  for (const auto fault : every_fault) {
    world.provider.per_mille[fault] = static_cast<int>(40 + dice.roll(80));
  }
  // Some deaths a day, however many there are: each begins a process anew.
  world.crashes = {1, std::max(150, settings.subscriptions * 3 / 5)};
  world.unanswered = Unanswered::repeated;
  world.clock_steps = plan_clock_steps(dice, world.start, settings.days);
  auto troubles = plan_store_troubles(dice, world.start, settings.days);
  if (settings.database.empty()) world.store_troubles = std::move(troubles);
  world.scan_batch = 50;
  world.retention = days(2 + dice.roll(12));  // while orders are open
  if (settings.own) {
    world.retention = settings.own->retention;
    world.zone = settings.own->time_zone;
    world.paces = settings.own->paces;
    world.scan_batch = settings.own->scan_batch;
  }
  world.outages = plan_outages(dice, world, settings.days);
  world.folder = settings.folder;
  world.database = settings.database;
  world.wraps = settings.wraps;
  return world;
}

}  // namespace recycled::simulation
