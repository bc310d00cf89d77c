// The whole engine, the real ledger, the real codec, client, signature check and calendar; only
// clock, entropy, transport and the store's executor are swapped. One seed decides everything.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "billing/person.hpp"
#include "billing/rules.hpp"
#include "engine/engine.hpp"
#include "flexfactor/simulated.hpp"
#include "ports/events.hpp"
#include "simulation/disk.hpp"
#include "simulation/mortal_ledger.hpp"
#include "simulation/network.hpp"
#include "simulation/parts.hpp"
#include "simulation/receiver.hpp"
#include "simulation/shop.hpp"
#include "simulation/virtual_time.hpp"
#include "store/open.hpp"

namespace recycled::simulation {

// What stands between the engine and its ports: nothing, but where a test plants a bug.
struct Wraps {
  std::function<std::unique_ptr<ports::Ledger>(ports::Ledger&)> ledger;
  Accounts::Wrap provider;
  std::function<std::unique_ptr<ports::CallbackReader>(const ports::CallbackReader&)> reader;
};

struct WorldSettings {
  std::uint64_t seed = 1;
  std::string zone = "America/New_York";
  Instant start{};
  billing::Rules rules;
  flexfactor::Behaviour provider;
  // Of each FlexFactor gateway that `paces` does not name.
  engine::PaceLimits pace{8, 100, 5, std::chrono::seconds(2), std::chrono::minutes(10)};
  std::map<GatewayId, engine::PaceLimits> paces{};
  Odds crashes;  // at each commit, before, in or after it
  Appointed dies{};
  Unanswered unanswered = Unanswered::lost;
  std::vector<Outage> outages;
  std::vector<ClockStep> clock_steps;
  std::vector<StoreTrouble> store_troubles{};
  Millis longest_turn{};  // of a write, behind the one before it; zero: it is done at once
  int scan_batch = 7;
  Millis scan_every = std::chrono::hours(1);
  Millis retention{};                // of payloads; zero: for good
  std::optional<Millis> patience{};  // of the supervisor; nothing: nobody watches
  std::filesystem::path folder;      // of the ledger, which is kept; empty: one that goes with it
  std::string database{};            // of PostgreSQL's, in place of a file; its disk is always well
  Wraps wraps;
};

// What the deaths of processes fell between, as the ledger that they left shows: of so many deaths.
struct FellBetween {
  std::int64_t claim_and_call = 0;   // claimed, and nothing has left
  std::int64_t call_and_record = 0;  // it has left, and nobody knows what came of it
};

class World {
 public:
  explicit World(WorldSettings settings);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void import(const billing::Subscription& subscription);
  void import(const std::vector<billing::Subscription>& subscriptions);  // in one transaction
  void import(const billing::Sale& sale);
  // Hands the sale to "ff" by name; the test says of one that may be.
  void rerun(const std::string& id);
  // A shop asks for a cascade of it at that time, while the process lives; again, if it dies over
  // the answer.
  void cascade(Instant at, const billing::Sale& sale);
  // A program of the merchant's has it re-run there, in the same way.
  void rerun(Instant at, const SaleId& sale, const GatewayId& gateway);
  // A person's word on what is parked there; why it did not fit.
  std::optional<std::string> resolve(const OrderId& order, billing::PersonWord word);
  // The operator edits the config: counts from the next process on.
  void change_rules(billing::Rules rules);
  const billing::Rules& rules() const;
  const ports::Calendar& calendar() const;
  // Each line of the log goes there instead of being kept.
  void tell(std::function<void(const std::string&)> to);
  // Hears after each step of the world's which orders something was said of, while the ledger can
  // be read; also where nothing was said and somebody was charged.
  void watch(std::function<void(const std::vector<OrderId>&)> on_step);
  const Shop& shop() const;
  // FlexFactor reports that of the subscription's newest recovery, as soon as time goes on: a
  // signed callback that its simulation would not send by itself.
  void report(const std::string& event, const std::string& id);
  void report(const std::string& event, const billing::Recovery& about);
  // Lives until `end`, through as many processes as its crashes make of it.
  void live_until(Instant end);

  Instant now() const;
  void look(const ports::LedgerWork& work);  // at the ledger, in a transaction
  store::Address ledger() const;             // where it is
  ports::StoredSubscription subscription(const std::string& id);
  std::vector<ports::StoredRecovery> recoveries(const std::string& id);
  ports::StoredSale sale(const std::string& id);
  std::vector<ports::StoredRecovery> recoveries_of_sale(const std::string& id);
  std::vector<ports::AuditRow> history(const std::string& id);
  std::vector<ports::StoredCallback> callbacks(const std::string& id);  // of all its orders
  ports::Counts counts();
  std::vector<ports::Total> totals();
  std::vector<ports::Returned> returned();
  const std::vector<flexfactor::Charge>& charges() const;
  const std::vector<flexfactor::SimulatedOrder>& orders() const;
  flexfactor::Statistics statistics() const;
  const std::vector<std::string>& log() const;
  const std::vector<Call>& calls() const;
  const Receiver& receiver() const;
  std::vector<SubscriptionId> take_news();  // whom the merchant was told of
  Network& network();
  const std::vector<Instant>& signs_of_life() const;  // as the supervisor hears them
  std::int64_t commits() const;  // of all its processes, those that died over theirs among them
  int crashes() const;
  const Deaths& deaths() const;
  const FellBetween& fell_between() const;
  const Disk& disk() const;
  int stops() const;  // of processes that could not write their ledger

  // From here on nothing goes wrong any more.
  void calm();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recycled::simulation
