// The whole engine, the real ledger, the real codec, client, signature check and calendar; only
// clock, entropy, transport and the store's executor are swapped. One seed decides everything.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "billing/rules.hpp"
#include "engine/engine.hpp"
#include "flexfactor/simulated.hpp"
#include "ports/events.hpp"
#include "sim/receiver.hpp"
#include "sim/shop.hpp"
#include "sim/virtual_time.hpp"
#include "store/ledger.hpp"

namespace recycled::sim {

// A span in which FlexFactor is of no use to anybody.
struct Outage {
  enum class Kind {
    unreachable,
    error_503,
    lost_unread,  // a hand-over, before FlexFactor read it; everything else gets through
    lost_read,    // a hand-over, after it was processed; everything else gets through
  };
  Instant from;
  Instant until;
  Kind kind = Kind::unreachable;
  std::optional<GatewayId> only{};  // the calls of that gateway's account; nothing: everybody's
};

// One request as it left the worker.
struct Call {
  Instant at;
  GatewayId gateway;
  std::string target;
  OrderId order;  // of an evaluate
};

struct WorldSettings {
  std::uint64_t seed = 1;
  std::string zone = "America/New_York";
  Instant start{};
  billing::Rules rules;
  flexfactor::Behaviour provider;
  // Of each FlexFactor gateway.
  engine::PaceLimits pace{8, 100, 5, std::chrono::seconds(2), std::chrono::minutes(10)};
  int crash_per_mille = 0;  // at each commit, before or after it
  std::vector<Outage> outages;
  int scan_batch = 7;
  std::optional<Millis> patience{};  // of the supervisor; nothing: nobody watches
};

// Rules with a gateway "bank" (profile p, hand-over at re-attempt 4), and FlexFactor as "ff".
billing::Rules usual_rules();
// A decline whose re-attempt 4 is due on the day of `last_attempt` plus three days.
billing::Subscription declined(const std::string& id, const std::string& card,
                               Instant last_attempt);
// A new sale that "bank" has declined.
billing::Sale declined_sale(const std::string& id, const std::string& card, Instant at);
// A world under usual_rules, and a FlexFactor that takes so long for a result.
WorldSettings usual_settings(Instant start, Millis shortest_delay, Millis longest_delay);

class World {
 public:
  explicit World(WorldSettings settings);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void import(const billing::Subscription& subscription);
  void import(const billing::Sale& sale);
  // Hands the sale to "ff" by name; the test says of one that may be.
  void rerun(const std::string& id);
  // A shop asks for a cascade of it at that time, while the process lives; again, if it dies over
  // the answer.
  void cascade(Instant at, const billing::Sale& sale);
  const Shop& shop() const;
  // FlexFactor reports that of the subscription's newest recovery, as soon as time goes on: a
  // signed callback that its simulation would not send by itself.
  void report(const std::string& event, const std::string& id);
  // Lives until `end`, through as many processes as its crashes make of it.
  void live_until(Instant end);

  Instant now() const;
  void look(const ports::LedgerWork& work);  // at the ledger, in a transaction
  std::filesystem::path file() const;        // of the ledger
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
  flexfactor::Statistics statistics() const;
  const std::vector<std::string>& log() const;
  const std::vector<Call>& calls() const;
  const Receiver& receiver() const;
  const std::vector<Instant>& signs_of_life() const;  // as the supervisor hears them
  int crashes() const;

  // From here on nothing goes wrong any more.
  void calm();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recycled::sim
