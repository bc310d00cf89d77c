#include "billing/sale_refusal.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"
#include "billing/sendable.hpp"

namespace recycled::billing {
namespace {

MaybeSaleRefusal judge_status(SaleStatus status) {
  switch (status) {
    case SaleStatus::partial:
    case SaleStatus::pending:
      return SaleRefusal{SaleRefused::not_declined, std::string(to_text(status))};
    case SaleStatus::complete:
      return SaleRefusal{SaleRefused::complete, {}};
    case SaleStatus::refunded:
      return SaleRefusal{SaleRefused::refunded, {}};
    case SaleStatus::cancelled:
      return SaleRefusal{SaleRefused::cancelled, {}};
    case SaleStatus::declined:
      return std::nullopt;
  }
  ensure(false, "a sale status of the set");
  return std::nullopt;
}

// S4: neither directly nor through a routing profile is anything sold at FlexFactor. An import
// refuses both; a row of an older config may name what has become FlexFactor's since.
MaybeSaleRefusal judge_seller(const Sale& sale, const Rules& rules) {
  const auto at = [&rules](const char* place, const std::string& id) -> MaybeSaleRefusal {
    if (!is_flexfactor(rules, GatewayId(id))) return std::nullopt;
    return SaleRefusal{SaleRefused::declined_at_flexfactor,
                       place + (" " + id) + " is a FlexFactor gateway of the config"};
  };
  if (auto no = at("gateway_id", sale.gateway.str())) return no;
  return at("routing_profile_id", sale.routing_profile.str());
}

}  // namespace

std::string_view to_text(SaleRefused reason) {
  switch (reason) {
    case SaleRefused::not_declined:
      return "not_declined";
    case SaleRefused::complete:
      return "complete";
    case SaleRefused::refunded:
      return "refunded";
    case SaleRefused::cancelled:
      return "cancelled";
    case SaleRefused::unknown_gateway:
      return "unknown_gateway";
    case SaleRefused::declined_at_flexfactor:
      return "declined_at_flexfactor";
    case SaleRefused::unknown_campaign:
      return "unknown_campaign";
    case SaleRefused::never_send_code:
      return "never_send_code";
    case SaleRefused::unclassified_decline:
      return "unclassified_decline";
    case SaleRefused::hard_decline:
      return "hard_decline";
    case SaleRefused::no_card:
      return "no_card";
    case SaleRefused::routing_profile:
      return "routing_profile";
    case SaleRefused::no_such_gateway:
      return "no_such_gateway";
    case SaleRefused::not_flexfactor:
      return "not_flexfactor";
    case SaleRefused::single_transaction:
      return "single_transaction";
    case SaleRefused::unknown_routing_profile:
      return "unknown_routing_profile";
    case SaleRefused::no_cascade:
      return "no_cascade";
    case SaleRefused::no_flexfactor:
      return "no_flexfactor";
    case SaleRefused::no_ip_address:
      return "no_ip_address";
    case SaleRefused::missing_field:
      return "missing_field";
    case SaleRefused::open_recovery:
      return "open_recovery";
    case SaleRefused::already_handed_over:
      return "already_handed_over";
    case SaleRefused::card_cap:
      return "card_cap";
    case SaleRefused::paused:
      return "paused";
    case SaleRefused::ceiling:
      return "ceiling";
  }
  ensure(false, "a reason of the set");
  return {};
}

std::optional<SaleRefused> parse_sale_refused(std::string_view text) {
  return parse_word(text, SaleRefused::ceiling);
}

std::string_view explain(SaleRefused reason) {
  switch (reason) {
    case SaleRefused::not_declined:
      return "the order is not declined, so there is nothing to recover";
    case SaleRefused::complete:
      return "the order is complete, and is not charged again";
    case SaleRefused::refunded:
      return "the order was refunded, and is not charged again";
    case SaleRefused::cancelled:
      return "the order is cancelled";
    case SaleRefused::unknown_gateway:
      return "the gateway that declined it is not in the config";
    case SaleRefused::declined_at_flexfactor:
      return "it was declined at FlexFactor, which salvages the declines of other gateways";
    case SaleRefused::unknown_campaign:
      return "its campaign is not among those that the config lists";
    case SaleRefused::never_send_code:
      return "the decline code is on the list of those never sent";
    case SaleRefused::unclassified_decline:
      return "nobody said whether the decline is soft or hard, so it is held";
    case SaleRefused::hard_decline:
      return "the decline is hard, and only soft declines are handed over";
    case SaleRefused::no_card:
      return "there is no card token to hand over";
    case SaleRefused::routing_profile:
      return "an order is re-run by naming the FlexFactor gateway directly, never through a "
             "routing "
             "profile";
    case SaleRefused::no_such_gateway:
      return "the gateway to re-run it at is not in the config";
    case SaleRefused::not_flexfactor:
      return "the gateway to re-run it at is no FlexFactor gateway";
    case SaleRefused::single_transaction:
      return "its campaign has single-transaction orders on, which are not cascaded to FlexFactor";
    case SaleRefused::unknown_routing_profile:
      return "the routing profile it came through is not in the config, so nothing says where it "
             "cascades to";
    case SaleRefused::no_cascade:
      return "neither its gateway nor its routing profile has a cascade profile, and no FlexFactor "
             "gateway has cascade_all";
    case SaleRefused::no_flexfactor:
      return "the cascade profile that counts for it lists no FlexFactor gateway";
    case SaleRefused::no_ip_address:
      return "it carries no ip_address, without which an order cannot be cascaded";
    case SaleRefused::missing_field:
      return "FlexFactor requires a field that the order lacks";
    case SaleRefused::open_recovery:
      return "FlexFactor has it already, and the result is awaited";
    case SaleRefused::already_handed_over:
      return "it has been handed over before, and FlexFactor has given its answer";
    case SaleRefused::card_cap:
      return "its card has been handed over as often as card_cap allows in 30 days";
    case SaleRefused::paused:
      return "everything new is paused, until somebody says `recycled resume`";
    case SaleRefused::ceiling:
      return "as much as may be handed over is handed over";
  }
  ensure(false, "a reason of the set");
  return {};
}

MaybeSaleRefusal judge_standing(const Sale& sale, const Rules& rules) {
  if (auto no = judge_status(sale.status)) return no;
  ensure(sale.declined.has_value(), "a declined sale has a decline");
  const auto gateway = rules.gateways.find(sale.gateway);
  if (gateway == rules.gateways.end()) {
    return SaleRefusal{SaleRefused::unknown_gateway, sale.gateway.str()};
  }
  if (auto no = judge_seller(sale, rules)) return no;
  // As in an import: where the config lists none, campaigns play no part.
  const bool names_one = !sale.campaign.empty() && !rules.campaigns.empty();
  if (names_one && campaign_of(sale, rules) == nullptr) {
    return SaleRefusal{SaleRefused::unknown_campaign, sale.campaign.str()};
  }
  return std::nullopt;
}

MaybeSaleRefusal judge_sending(const Sale& sale, const Rules& rules) {
  const Declined& declined = *sale.declined;
  switch (judge_decline(declined, sale.gateway, OrderType::initial, rules)) {
    case Sendable::never_send_code:
      return SaleRefusal{SaleRefused::never_send_code, text_of(declined)};
    case Sendable::unclassified:
      return SaleRefusal{SaleRefused::unclassified_decline, text_of(declined)};
    case Sendable::hard:
      return SaleRefusal{SaleRefused::hard_decline, text_of(declined)};
    case Sendable::yes:
      return std::nullopt;
  }
  ensure(false, "an answer of the set");
  return std::nullopt;
}

MaybeSaleRefusal judge_card(const Sale& sale) {
  if (!sale.card.token.empty()) return std::nullopt;
  return SaleRefusal{SaleRefused::no_card, {}};
}

MaybeSaleRefusal judge_any_way_in(const Sale& sale, const Rules& rules) {
  if (auto no = judge_standing(sale, rules)) return no;
  if (auto no = judge_sending(sale, rules)) return no;
  return judge_card(sale);
}

const Campaign* campaign_of(const Sale& sale, const Rules& rules) {
  const auto found = rules.campaigns.find(sale.campaign);
  return found == rules.campaigns.end() ? nullptr : &found->second;
}

}  // namespace recycled::billing
