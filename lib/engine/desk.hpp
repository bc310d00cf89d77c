// What every use case has on its desk: the rules, the calendar, the providers. Long-lived; made
// once where the program is wired.
#pragma once

#include <string>

#include "base/id.hpp"
#include "engine/planner.hpp"
#include "ports/delivery.hpp"
#include "ports/provider.hpp"

namespace recycled::engine {

struct Desk {
  InstallationId installation;
  Planner planner;
  ports::Providers& providers;

  const billing::Rules& rules() const { return planner.rules(); }
  const ports::Calendar& calendar() const { return planner.calendar(); }
  // Of a FlexFactor gateway that the config has.
  ports::Provider& provider(const GatewayId& gateway) const;
};

// Our ids on the wire are derived, never drawn: the same hand-over has the same ids after any crash
// (architecture.md "The life of one re-attempt" 1).
OrderId order_id(const InstallationId& installation, const SubscriptionId& subscription, int cycle,
                 int round);
OrderId order_id(const InstallationId& installation, const SaleId& sale, int round);
IdempotencyKey idempotency_key(const OrderId& order, int sending);
// What names an event to its receivers, at every try (the webhook-id). After the restore of a
// backup another event may get the same key, but not the same id.
std::string event_id(const InstallationId& installation, const ports::OutboundEvent& event);

}  // namespace recycled::engine
