// What a test may ask a world's ledger.
#include "base/ensure.hpp"
#include "simulation/world.hpp"

namespace recycled::simulation {

ports::StoredSale World::sale(const std::string& id) {
  std::optional<ports::StoredSale> found;
  look([&](ports::LedgerTx& tx) { found = tx.sale(SaleId(id)); });
  ensure(found.has_value(), "the test asks for a sale it imported");
  return *found;
}

std::vector<ports::StoredRecovery> World::recoveries_of_sale(const std::string& id) {
  std::vector<ports::StoredRecovery> found;
  const SaleKey key = sale(id).key;
  look([&](ports::LedgerTx& tx) { found = tx.recoveries_of(key); });
  return found;
}

ports::StoredSubscription World::subscription(const std::string& id) {
  std::optional<ports::StoredSubscription> found;
  look([&](ports::LedgerTx& tx) { found = tx.subscription(SubscriptionId(id)); });
  ensure(found.has_value(), "the test asks for a subscription it imported");
  return *found;
}

std::vector<ports::StoredRecovery> World::recoveries(const std::string& id) {
  std::vector<ports::StoredRecovery> found;
  const SubscriptionKey key = subscription(id).key;
  look([&](ports::LedgerTx& tx) { found = tx.recoveries_of(key); });
  return found;
}

std::vector<ports::AuditRow> World::history(const std::string& id) {
  std::vector<ports::AuditRow> found;
  const SubscriptionKey key = subscription(id).key;
  look([&](ports::LedgerTx& tx) { found = tx.audit_of(key); });
  return found;
}

std::vector<ports::StoredCallback> World::callbacks(const std::string& id) {
  std::vector<ports::StoredCallback> found;
  for (const ports::StoredRecovery& recovery : recoveries(id)) {
    look([&](ports::LedgerTx& tx) {
      for (auto& one : tx.callbacks_of(recovery.recovery.order)) found.push_back(std::move(one));
    });
  }
  return found;
}

std::vector<ports::Total> World::totals() {
  std::vector<ports::Total> totals;
  look([&](ports::LedgerTx& tx) { totals = tx.totals(); });
  return totals;
}

std::vector<ports::Returned> World::returned() {
  std::vector<ports::Returned> returned;
  look([&](ports::LedgerTx& tx) { returned = tx.returned(); });
  return returned;
}

ports::Counts World::counts() {
  ports::Counts counts;
  look([&](ports::LedgerTx& tx) { counts = tx.counts(); });
  return counts;
}

}  // namespace recycled::simulation
