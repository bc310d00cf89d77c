// An event with every field filled in, and the way to one try.
#pragma once

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "ports/delivery.hpp"

namespace recycled::webhooks {

inline const Instant noon = *parse_instant("2026-11-23T17:00:00.250Z");

inline ports::OutboundEvent full_event() {
  ports::OutboundEvent event;
  event.key = OutboxKey(12);
  event.at = noon;
  event.type = "subscription.recovered";
  event.subscription = SubscriptionId("S-1");
  event.order = OrderId("ours");
  event.provider_order = ProviderOrderId("theirs");
  event.cycle = 5;
  event.amount = Money{8995, {}};
  event.gateway = GatewayId("bank");
  event.next_bill_on = parse_date("2026-12-23");
  event.reason = "expired";
  return event;
}

inline async::Task<void> keep_reply(ports::EventSink& sink, std::string id,
                                    ports::OutboundEvent event, ports::SinkReply& reply) {
  reply = co_await sink.deliver(std::move(id), std::move(event));
}

inline ports::SinkReply deliver(ports::EventSink& sink, const std::string& id,
                                const ports::OutboundEvent& event = full_event()) {
  boost::asio::io_context io;
  ports::SinkReply reply;
  async::run_to_end(io, keep_reply(sink, id, event, reply));
  return reply;
}

}  // namespace recycled::webhooks
