// A signed callback as the ledger keeps it, and what became of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"

namespace recycled::ports {

enum class CallbackResult {
  applied,    // it was decided upon
  ignored,    // an event we store and do not act on
  unmatched,  // names an order we do not know (yet): matched later
  failed,     // its processing failed: tried again, then a person
  unreadable  // signed, but not what the contract describes: a person
};
std::string_view to_text(CallbackResult result);
std::optional<CallbackResult> parse_callback_result(std::string_view text);

struct StoredCallback {
  CallbackKey key;
  Instant received_at{};
  std::string nonce;
  std::string event;  // as in the body; empty when unreadable
  OrderId order;
  ProviderOrderId provider_order;
  std::string headers;  // those of the signature, "name: value" lines
  std::string body;     // raw
  // The gateways whose key signed it: it counts for their orders alone. Empty: not known.
  std::vector<GatewayId> signers;
  CallbackResult result = CallbackResult::unmatched;
  int tries = 0;
  std::optional<Instant> next_at;  // when it is looked at again
  std::string error;
  std::optional<Instant> pruned_at{};  // its headers and body are gone since then
};

}  // namespace recycled::ports
