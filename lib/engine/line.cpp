#include "engine/line.hpp"

namespace recycled::engine {

ports::Event line_about(ports::EventName name, const ports::StoredRecovery& stored) {
  return line_about(name, stored, stored.recovery);
}

ports::Event line_about(ports::EventName name, const ports::StoredRecovery& stored,
                        const billing::Recovery& recovery) {
  ports::Event line(name);
  line.recovery = std::to_string(stored.key.value());
  line.subscription = stored.subscription.str();
  line.sale = stored.sale.str();
  line.order = recovery.order.str();
  line.gateway = recovery.provider_gateway.str();
  if (recovery.reattempt > 0) line.reattempt = recovery.reattempt;
  line.amount = recovery.amount;
  if (recovery.provider_order) line.provider_order = recovery.provider_order->str();
  return line;
}

}  // namespace recycled::engine
