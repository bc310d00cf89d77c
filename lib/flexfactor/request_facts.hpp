// What a composed request says, read back: for whoever compares it with the ledger.
#pragma once

#include <optional>
#include <string>

#include "ports/inspection.hpp"

namespace recycled::flexfactor {

// Nothing: `body` is not a request of compose() or compose_sale(), or it names two orders.
std::optional<ports::RequestFacts> request_facts(const std::string& body);

}  // namespace recycled::flexfactor
