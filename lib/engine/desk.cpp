#include "engine/desk.hpp"

#include <string>

#include "base/ensure.hpp"
#include "crypto/guid.hpp"

namespace recycled::engine {

ports::Provider& Desk::provider(const GatewayId& gateway) const {
  ports::Provider* found = providers.find(gateway);
  ensure(found != nullptr, "a FlexFactor gateway of the config has its provider");
  return *found;
}

OrderId order_id(const InstallationId& installation, const SubscriptionId& subscription, int cycle,
                 int round) {
  return OrderId(crypto::derive_guid({"order", installation.str(), subscription.str(),
                                      std::to_string(cycle), std::to_string(round)}));
}

OrderId order_id(const InstallationId& installation, const SaleId& sale, int round) {
  return OrderId(
      crypto::derive_guid({"sale", installation.str(), sale.str(), std::to_string(round)}));
}

IdempotencyKey idempotency_key(const OrderId& order, int sending) {
  return IdempotencyKey(crypto::derive_guid({"key", order.str(), std::to_string(sending)}));
}

std::string event_id(const InstallationId& installation, const ports::OutboundEvent& event) {
  return "evt_" +
         crypto::derive_guid({"event", installation.str(), std::to_string(event.key.value()),
                              event.type, std::to_string(to_millis(event.at))});
}

}  // namespace recycled::engine
