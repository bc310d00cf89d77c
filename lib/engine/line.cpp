#include "engine/line.hpp"

namespace recycled::engine {

ports::Event line_about(ports::EventName name, RecoveryKey key, const SubscriptionId& subscription,
                        const billing::Recovery& recovery) {
  ports::Event line(name);
  line.recovery = std::to_string(key.value());
  line.subscription = subscription.str();
  line.order = recovery.order.str();
  line.gateway = recovery.provider_gateway.str();
  line.reattempt = recovery.reattempt;
  line.amount = recovery.amount;
  if (recovery.provider_order) line.provider_order = recovery.provider_order->str();
  return line;
}

}  // namespace recycled::engine
