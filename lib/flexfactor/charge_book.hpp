// The proof that matters most: who was charged, and whether anyone was charged twice (mission X1).
// Kept by the simulated provider, because only the one who charges can know.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"

namespace recycled::flexfactor {

struct Charge {
  Instant at{};
  SubscriptionId subscription;  // empty: a sale without one
  std::int64_t cycle = 0;
  OrderId order;
  ProviderOrderId provider_order;
  Money amount;

  bool operator==(const Charge&) const = default;
};

class ChargeBook {
 public:
  // Takes down a charge. It is a double one when its subscription and cycle, or its order, was
  // charged before.
  void add(const Charge& charge);

  bool is_charged(const SubscriptionId& subscription, std::int64_t cycle) const;

  const std::vector<Charge>& charges() const { return charges_; }
  std::int64_t doubles() const { return doubles_; }

 private:
  std::vector<Charge> charges_;
  std::map<std::pair<SubscriptionId, std::int64_t>, int> by_cycle_;
  std::map<OrderId, int> by_order_;
  std::int64_t doubles_ = 0;
};

}  // namespace recycled::flexfactor
