#include "simulation/sale_invariants.hpp"

#include <algorithm>

#include "simulation/rule_book.hpp"

namespace recycled::simulation {
namespace {

using billing::Reason;
using billing::Recovery;
using billing::RecoveryKind;

constexpr const char* sold_once = "one charge at most of a new sale is kept";
constexpr const char* sale_right = "a sale is handed over where its rule or its clerk says";
constexpr const char* answered_once = "a cascade is answered once and for all";
constexpr const char* yes_is_paid = "a shopper who was told yes is charged once";
constexpr const char* no_is_free = "no charge of a cascade stays without a yes";
constexpr const char* sale_status = "a sale is complete when it is paid, and only then";

std::string said(const ShopAnswer& answer) { return answer.result + " (" + answer.reason + ")"; }

bool was_told_no(const Recovery& recovery) {
  return recovery.kind == RecoveryKind::cascade && recovery.told && *recovery.told != Reason::none;
}

// The newest cascade of the sale; null: none.
const Recovery* cascaded(const std::vector<ports::StoredRecovery>& past) {
  const Recovery* newest = nullptr;
  for (const auto& one : past) {
    if (one.recovery.kind == RecoveryKind::cascade) newest = &one.recovery;
  }
  return newest;
}

}  // namespace

void SaleInvariants::holds(const char* invariant, const SaleId& whose,
                           const std::string& otherwise) {
  checks_.holds(invariant, "sale " + whose.str(), otherwise, world_.now());
}

void SaleInvariants::check_claim(const ports::StoredRecovery& stored) {
  const Recovery& recovery = stored.recovery;
  const billing::Rules& rules = world_.rules();
  const auto* row = storefront_.find(stored.sale);
  if (row == nullptr) return holds(sale_right, stored.sale, "nobody has sold it");
  const auto at = rules.gateways.find(recovery.provider_gateway);
  std::string wrong;
  if (at == rules.gateways.end() || !at->second.flexfactor) {
    wrong = "handed over to " + recovery.provider_gateway.str();
  } else if (has_left(row->status)) {
    wrong = "it has been cancelled";
  } else if (!may_be_sent(rules, row->gateway, billing::OrderType::initial, *row->declined)) {
    wrong = "its decline is not to be sent";
  } else if (recovery.return_gateway != row->gateway) {
    wrong = "not the gateway of its decline";
  }
  if (recovery.kind == RecoveryKind::cascade) {
    const bool is_right = cascade_gateway(rules, *row) == recovery.provider_gateway;
    if (!is_right) wrong = "cascaded to " + recovery.provider_gateway.str();
    if (row->payer.ip_address.empty()) wrong = "cascaded without an ip_address";
  }
  holds(sale_right, stored.sale, wrong);
  holds(amount_right, stored.sale,
        row->amount == recovery.amount ? "" : "claimed " + to_decimal(recovery.amount));
}

void SaleInvariants::check_charge(ports::LedgerTx& tx, const flexfactor::Charge& charge,
                                  const ports::StoredRecovery& stored) {
  const auto* row = storefront_.find(stored.sale);
  const bool is_right = row != nullptr && row->amount == charge.amount;
  holds(amount_right, stored.sale, is_right ? "" : "charged " + to_decimal(charge.amount));
  auto& orders = charged_[stored.sale];
  orders.push_back(charge.order);
  charged_orders_.insert(charge.order);
  // Of a cascade whose shopper was told "no" it is given back: that is looked at in the end.
  const auto stays = std::ranges::count_if(
      orders, [&](const OrderId& order) { return !was_told_no(tx.recovery(order)->recovery); });
  holds(sold_once, stored.sale, stays <= 1 ? "" : "it was charged twice");
}

void SaleInvariants::check_touched(const ports::StoredRecovery& stored) {
  if (!stored.recovery.told) return;
  const Reason told = told_.emplace(stored.recovery.order, *stored.recovery.told).first->second;
  holds(answered_once, stored.sale,
        told == *stored.recovery.told ? "" : "the ledger has another answer by now");
}

std::size_t SaleInvariants::kept(const std::vector<ports::StoredRecovery>& past,
                                 const std::set<OrderId>& by_hand) const {
  std::size_t count = 0;
  for (const auto& one : past) {
    const auto found = kept_.find(one.recovery.order);
    if (found != kept_.end() && !by_hand.contains(one.recovery.order)) count += found->second;
  }
  return count;
}

void SaleInvariants::check_answers(const SaleId& sale,
                                   const std::vector<ports::StoredRecovery>& past,
                                   const std::set<OrderId>& by_hand) {
  const Recovery* cascade = cascaded(past);
  if (cascade == nullptr) return;
  const auto found = world_.shop().answers().find(sale.str());
  if (found == world_.shop().answers().end()) return;  // nobody waited for it any more
  for (const ShopAnswer& answer : found->second) {
    if (answer.result == "refused") continue;  // before it was claimed, or by another's claim
    const bool is_same = cascade->told && to_text(*cascade->told) == answer.reason &&
                         (answer.result == "approved") == (*cascade->told == Reason::none);
    holds(answered_once, sale, is_same ? "" : "a shopper was told " + said(answer));
  }
  const auto charged = kept_.find(cascade->order);
  const std::size_t charges = charged == kept_.end() ? 0 : charged->second;
  if (cascade->told == Reason::none) {
    holds(yes_is_paid, sale, charges == 1 ? "" : std::to_string(charges) + " charges");
  } else {
    const bool is_free = charges == 0 || by_hand.contains(cascade->order);
    holds(no_is_free, sale, is_free ? "" : "order " + cascade->order.str() + " stays charged");
  }
}

void SaleInvariants::check_sale(ports::LedgerTx& tx, const ports::StoredSale& stored,
                                const std::set<OrderId>& by_hand) {
  const SaleId& id = stored.sale.id;
  const auto past = tx.recoveries_of(stored.key);
  bool is_otherwise = false;  // it went back
  for (const auto& one : past) {
    const Recovery& recovery = one.recovery;
    holds(settled, id, is_live(recovery.state) ? "order " + recovery.order.str() + " is open" : "");
    if (went_back(recovery)) is_otherwise = true;
    const bool is_paid = charged_orders_.contains(recovery.order);
    const bool is_recovered = recovery.state == billing::RecoveryState::recovered;
    if (recovery.state != billing::RecoveryState::released) {
      const bool is_known = is_recovered || went_back(recovery);
      holds(approval_known, id, is_paid == is_known ? "" : "order " + recovery.order.str());
    }
  }
  check_answers(id, past, by_hand);
  const std::size_t charges = kept(past, by_hand);
  if (is_otherwise) return;  // what the shop makes of it is the shop's
  holds(sold_once, id, charges <= 1 ? "" : std::to_string(charges) + " charges stay");
  if (const auto* row = storefront_.find(id); has_left(row->status)) {
    return holds(sale_status, id, has_left(stored.sale.status) ? "" : "it was cancelled");
  }
  const bool is_complete = stored.sale.status == billing::SaleStatus::complete;
  holds(sale_status, id,
        is_complete == (charges == 1) ? "" : "it is " + std::string(to_text(stored.sale.status)));
}

void SaleInvariants::check_rest(ports::LedgerTx& tx, const std::set<OrderId>& by_hand) {
  kept_.clear();
  for (const auto& order : world_.orders()) {
    if (order.state == flexfactor::SimulatedState::completed) ++kept_[order.sale.order];
  }
  storefront_.each([&](const billing::Sale& sale) {
    if (const auto stored = tx.sale(sale.id)) check_sale(tx, *stored, by_hand);
  });
}

}  // namespace recycled::simulation
