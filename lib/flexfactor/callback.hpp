// What a callback's body says, once its signature holds (signature.hpp). Source: flexfactor.md
// "Callbacks".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "billing/decide.hpp"
#include "flexfactor/signature.hpp"

namespace recycled::flexfactor {

struct Callback {
  std::string event;                  // as it came
  std::optional<billing::News> news;  // nothing: an event that is stored and ignored (payout.*)
  OrderId order;                      // ours
  ProviderOrderId provider_order;
  std::optional<Instant> happened_at;
  bool is_test = false;
  bool is_resent = false;

  bool operator==(const Callback&) const = default;
};

// Reads a body, whatever its content type said. Fault::invalid: it is no callback, and why.
Result<Callback> parse_callback(std::string_view body);

}  // namespace recycled::flexfactor
