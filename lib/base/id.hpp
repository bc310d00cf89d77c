// Identities that cannot be mixed up: a gateway's id is not a subscription's, and neither is a
// plain string. Id holds an outside name; Key holds a row number of our own ledger.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace recycled {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }

  auto operator<=>(const Id&) const = default;

 private:
  std::string value_;
};

template <class Tag>
class Key {
 public:
  Key() = default;
  explicit constexpr Key(std::int64_t value) : value_(value) {}

  constexpr std::int64_t value() const { return value_; }

  auto operator<=>(const Key&) const = default;

 private:
  std::int64_t value_ = 0;
};

using SubscriptionId = Id<struct SubscriptionTag>;    // the merchant's
using SaleId = Id<struct SaleTag>;                    // the merchant's: what it calls an order
using RoutingProfileId = Id<struct RoutingTag>;       // an ATRI gateway profile's, as in the config
using CascadeProfileId = Id<struct CascadeTag>;       // as in the config
using GatewayId = Id<struct GatewayTag>;              // the merchant's, as in the config
using CampaignId = Id<struct CampaignTag>;            // the merchant's
using ProductId = Id<struct ProductTag>;              // the merchant's
using CustomerId = Id<struct CustomerTag>;            // the merchant's
using ProfileId = Id<struct ProfileTag>;              // a recycle profile's, as in the config
using OrderId = Id<struct OrderTag>;                  // ours, a GUID: `orderId` on the wire
using IdempotencyKey = Id<struct IdempotencyTag>;     // ours, a GUID: one per request body
using ProviderOrderId = Id<struct ProviderOrderTag>;  // FlexFactor's: what an inquiry asks for
using InstallationId = Id<struct InstallationTag>;    // this ledger's, made by `init`
using RunId = Id<struct RunTag>;                      // one process's stay, on every log line

using SubscriptionKey = Key<struct SubscriptionKeyTag>;
using SaleKey = Key<struct SaleKeyTag>;
using RecoveryKey = Key<struct RecoveryKeyTag>;
using CallbackKey = Key<struct CallbackKeyTag>;
using OutboxKey = Key<struct OutboxKeyTag>;

}  // namespace recycled

template <class Tag>
struct std::hash<recycled::Id<Tag>> {
  std::size_t operator()(const recycled::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};

template <class Tag>
struct std::hash<recycled::Key<Tag>> {
  std::size_t operator()(const recycled::Key<Tag>& key) const noexcept {
    return std::hash<std::int64_t>{}(key.value());
  }
};
