// What must hold whatever goes wrong, judged by what the provider charged, by what the merchant
// knows and by the ledger; never by asking the engine's own rules what they would say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "simulation/merchant.hpp"
#include "simulation/world.hpp"

namespace recycled::simulation {

struct Violation {
  std::string invariant;
  Instant at{};
  SubscriptionId subscription;  // empty: of none in particular
  std::string detail;
};

// The names, and how often each was checked.
using Checked = std::map<std::string, std::int64_t>;

class Invariants {
 public:
  // Both outlive it.
  Invariants(World& world, const Merchant& merchant) : world_(world), merchant_(merchant) {}

  // After each day and before the merchant hears of it. Throws a Violation.
  void check_day();
  // Once everything is calm and has had its time.
  void check_rest();

  const Checked& checked() const { return checked_; }

 private:
  void holds(const std::string& invariant, const SubscriptionId& who, const std::string& otherwise);
  void check_claims(ports::LedgerTx& tx);
  void check_claim(const ports::StoredRecovery& stored);
  void check_charges(ports::LedgerTx& tx);
  void check_open(ports::LedgerTx& tx);
  void check_repeats(ports::LedgerTx& tx);
  void check_customer(ports::LedgerTx& tx, const billing::Subscription& ours);
  bool is_overdue(const billing::Recovery& open) const;

  World& world_;
  const Merchant& merchant_;
  Checked checked_;
  RecoveryKey claimed_;      // the last one that was looked at
  std::size_t charged_ = 0;  // so many charges were looked at
  std::set<std::pair<SubscriptionId, std::int64_t>> paid_;
};

// What a re-attempt has to charge, worked out once more from domain.md: the price less the
// reductions up to it, of skipped ones none, never below the minimum.
std::int64_t amount_by_the_rule(const billing::RecycleProfile& profile, const Money& price,
                                int reattempt);

}  // namespace recycled::simulation
