#include "flexfactor/charge_book.hpp"

namespace recycled::flexfactor {

void ChargeBook::add(const Charge& charge) {
  const int of_order = ++by_order_[charge.order];
  int of_cycle = 0;
  if (!charge.subscription.empty()) of_cycle = ++by_cycle_[{charge.subscription, charge.cycle}];
  if (of_order > 1 || of_cycle > 1) ++doubles_;
  charges_.push_back(charge);
}

bool ChargeBook::is_charged(const SubscriptionId& subscription, std::int64_t cycle) const {
  return by_cycle_.contains({subscription, cycle});
}

}  // namespace recycled::flexfactor
