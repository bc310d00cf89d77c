// What must hold whatever goes wrong, judged by what the provider charged, by what the merchant
// knows and by the ledger; never by asking the engine's own rules what they would say.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "report/examine.hpp"
#include "simulation/checks.hpp"
#include "simulation/merchant.hpp"
#include "simulation/sale_invariants.hpp"
#include "simulation/world.hpp"

namespace recycled::simulation {

class Invariants {
 public:
  // All outlive it.
  Invariants(World& world, const Merchant& merchant, const Storefront& storefront)
      : world_(world), merchant_(merchant), sales_(world, storefront, checks_) {}

  // After each step of the world's, of which something was said of these orders: what is new since
  // the last look, and what may have changed. Throws a Violation, as all of them.
  void check_step(const std::vector<OrderId>& touched);
  // Its first rebill is told to go with the card number.
  void check_signed_up(const SubscriptionId& sold);
  // After each day and before the merchant hears of it: whatever is open.
  void check_day();
  // Once everything is calm and has had its time.
  void check_rest(const std::set<OrderId>& given_back_by_hand);
  // The ledger by itself, as `recycled verify` examines it.
  void examine(const report::ExaminerTools& tools);

  const Checked& checked() const { return checks_.checked(); }

 private:
  void holds(const char* invariant, const SubscriptionId& who, const std::string& otherwise);
  void look_at_news(ports::LedgerTx& tx);
  void check_claims(ports::LedgerTx& tx);
  void check_claim(const ports::StoredRecovery& stored);
  void check_charges(ports::LedgerTx& tx);
  void check_touched(ports::LedgerTx& tx, const ports::StoredRecovery& stored);
  void check_trail(ports::LedgerTx& tx);
  void check_open(ports::LedgerTx& tx);
  void check_repeats(ports::LedgerTx& tx);
  void check_customer(ports::LedgerTx& tx, const billing::Subscription& ours);
  void check_told(ports::LedgerTx& tx);
  bool is_overdue(const billing::Recovery& open) const;

  World& world_;
  const Merchant& merchant_;
  Checks checks_;
  SaleInvariants sales_;
  RecoveryKey claimed_;      // the last one that was looked at
  std::size_t charged_ = 0;  // so many charges were looked at
  std::set<std::pair<SubscriptionId, std::int64_t>> paid_;
  std::set<OrderId> recovered_;
  ports::AuditHead trail_;  // where it ended when last seen
};

}  // namespace recycled::simulation
