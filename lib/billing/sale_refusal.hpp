// Why a new sale is not handed to FlexFactor, by a rerun or by a cascade, and what both ask first.
// Source: mission.md N1, C1-C5, H1-H3, S4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "billing/rules.hpp"
#include "billing/sale.hpp"

namespace recycled::billing {

// Every "no". The words of to_text are an interface: answers, the log and operators' scripts. What
// NotTaken (eligibility.hpp) says too has the same word there.
enum class SaleRefused {
  not_declined,             // partial or pending: there is nothing to recover yet
  complete,                 // it is paid
  refunded,                 // it was paid
  cancelled,                // the customer does not want it
  unknown_gateway,          // the gateway that declined is not in the config
  declined_at_flexfactor,   // S4: what FlexFactor declined is not FlexFactor's to salvage
  unknown_campaign,         // the config lists campaigns, and not this one
  never_send_code,          // domain.md "Guard rails"
  unclassified_decline,     // domain.md: held and reported
  hard_decline,             // H1
  no_card,                  // no token to hand over
  routing_profile,          // N1: a rerun names the FlexFactor gateway directly
  no_such_gateway,          // a rerun at a gateway that is not in the config
  not_flexfactor,           // a rerun at a gateway of the merchant's own
  single_transaction,       // C5
  unknown_routing_profile,  // it came through one that is not in the config
  no_cascade,               // C1, C4: nothing sends it to FlexFactor
  no_flexfactor,            // C1: the cascade profile that counts lists no FlexFactor gateway
  no_ip_address,            // C3
  missing_field,            // the provider's request would lack a required field
  open_recovery,            // FlexFactor has it (lessons.md 5)
  already_handed_over,      // FlexFactor had it
  card_cap,                 // domain.md "Guard rails": the card has no hand-over left for now
  paused,                   // a person has pulled the kill switch
  ceiling,                  // as much as a run or a day may hand over is handed over
};
std::string_view to_text(SaleRefused reason);
std::optional<SaleRefused> parse_sale_refused(std::string_view text);
// One plain sentence for a person, without a full stop.
std::string_view explain(SaleRefused reason);

struct SaleRefusal {
  SaleRefused reason = SaleRefused::not_declined;
  std::string detail;  // what exactly: the gateway, the code, the profile; may be empty

  bool operator==(const SaleRefusal&) const = default;
};

using MaybeSaleRefusal = std::optional<SaleRefusal>;

// Is it declined, and at a gateway and in a campaign that the rules know?
MaybeSaleRefusal judge_standing(const Sale& sale, const Rules& rules);
// May its decline be sent (H1-H3)? Only for a sale that judge_standing let pass.
MaybeSaleRefusal judge_sending(const Sale& sale, const Rules& rules);
// Is there a card to send?
MaybeSaleRefusal judge_card(const Sale& sale);

// What refuses it whichever way in: all of the above, the first "no" first.
MaybeSaleRefusal judge_any_way_in(const Sale& sale, const Rules& rules);

// The sale's campaign; null: it names none, or none that the rules know.
const Campaign* campaign_of(const Sale& sale, const Rules& rules);

}  // namespace recycled::billing
