// What a provider's callback says, once its signature held.
#pragma once

#include <optional>
#include <string>

#include "base/id.hpp"
#include "base/result.hpp"
#include "billing/decide.hpp"

namespace recycled::ports {

struct CallbackContent {
  std::string event;                  // as it came
  std::optional<billing::News> news;  // nothing: stored and ignored (payout.*)
  OrderId order;                      // ours
  ProviderOrderId provider_order;
  std::optional<Instant> happened_at;
};

class CallbackReader {
 public:
  virtual ~CallbackReader() = default;
  // Fault::invalid: it is not what the contract describes, and why.
  virtual Result<CallbackContent> read(const std::string& body) const = 0;
};

}  // namespace recycled::ports
