// A new sale that was declined: what the merchant calls an order. It can be re-run at FlexFactor,
// or cascaded while its shopper waits. (OrderId is something else: what FlexFactor is told.)
// Source: mission.md "New sales", "Cascades"; operations.md "Import formats". Pure data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "billing/subscription.hpp"

namespace recycled::billing {

enum class SaleStatus { partial, pending, complete, declined, refunded, cancelled };
std::string_view to_text(SaleStatus status);  // the words of domain.md
std::optional<SaleStatus> parse_sale_status(std::string_view text);
// Cancelled or refunded: whoever bought does not want it any more.
bool has_left(SaleStatus status);

enum class SaleType {
  new_sale,          // "new"
  trial_completion,  // N2: its status stays as it was when FlexFactor fails too
};
std::string_view to_text(SaleType type);
std::optional<SaleType> parse_sale_type(std::string_view text);

struct Sale {
  SaleId id;
  GatewayId gateway;  // the one that declined it
  SaleStatus status = SaleStatus::declined;
  SaleType type = SaleType::new_sale;
  Money amount;
  std::optional<Declined> declined;  // present whenever status is declined
  SubscriptionId subscription;       // of the recurring product in it; empty: none
  RoutingProfileId routing_profile;  // it came through that one; empty: to the gateway directly
  CustomerId customer;               // these three: empty when the merchant did not say
  CampaignId campaign;
  ProductId product;
  Card card;
  Payer payer;

  bool operator==(const Sale&) const = default;
};

}  // namespace recycled::billing
