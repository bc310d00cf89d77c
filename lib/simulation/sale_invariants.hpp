// The invariants of new sales: reruns, and cascades whose shoppers wait.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "simulation/checks.hpp"
#include "simulation/storefront.hpp"
#include "simulation/world.hpp"

namespace recycled::simulation {

// All of them throw a Violation.
class SaleInvariants {
 public:
  // All outlive it.
  SaleInvariants(World& world, const Storefront& storefront, Checks& checks)
      : world_(world), storefront_(storefront), checks_(checks) {}

  void check_claim(const ports::StoredRecovery& stored);
  void check_charge(ports::LedgerTx& tx, const flexfactor::Charge& charge,
                    const ports::StoredRecovery& stored);
  void check_touched(const ports::StoredRecovery& stored);
  // Once all is settled. `by_hand`: orders that a person gave back in FlexFactor's portal.
  void check_rest(ports::LedgerTx& tx, const std::set<OrderId>& by_hand);

 private:
  void holds(const char* invariant, const SaleId& whose, const std::string& otherwise);
  // What of the sale's orders FlexFactor has charged, and not given back.
  std::size_t kept(const std::vector<ports::StoredRecovery>& past,
                   const std::set<OrderId>& by_hand) const;
  void check_answers(const SaleId& sale, const std::vector<ports::StoredRecovery>& past,
                     const std::set<OrderId>& by_hand);
  void check_sale(ports::LedgerTx& tx, const ports::StoredSale& stored,
                  const std::set<OrderId>& by_hand);

  World& world_;
  const Storefront& storefront_;
  Checks& checks_;
  std::map<SaleId, std::vector<OrderId>> charged_;  // once for each charge
  std::set<OrderId> charged_orders_;
  std::map<OrderId, billing::Reason> told_;
  std::map<OrderId, std::size_t> kept_;  // at rest: charged and not returned, at FlexFactor
};

}  // namespace recycled::simulation
