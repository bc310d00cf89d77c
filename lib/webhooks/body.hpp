// How an event reads on the wire and in a file: the payload of Standard Webhooks, JSON with `id`,
// `type`, `timestamp` and `data`.
#pragma once

#include <string>

#include "ports/delivery.hpp"

namespace recycled::webhooks {

// One line of compact JSON, the same for every receiver. Amounts are decimal strings in major
// units; what an event does not have is null.
std::string body_of(const std::string& id, const ports::OutboundEvent& event);

}  // namespace recycled::webhooks
