#include "report/backfill.hpp"

#include <map>

#include "base/ensure.hpp"
#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

using billing::NotTaken;
using Items = std::vector<BackfillItem>;

// Those that the customer, the merchant's own re-attempts or FlexFactor's result bring on by
// themselves, or that nothing should, wait for nobody.
bool waits_for_person(NotTaken reason) {
  switch (reason) {
    case NotTaken::unclassified_decline:
    case NotTaken::missing_field:
    case NotTaken::no_card:
    case NotTaken::unknown_gateway:
    case NotTaken::declined_at_flexfactor:
      return true;
    case NotTaken::not_in_recycle_billing:
    case NotTaken::cancelled:
    case NotTaken::paused:
    case NotTaken::recycle_failed:
    case NotTaken::campaign_disabled:
    case NotTaken::no_profile:
    case NotTaken::hard_decline:
    case NotTaken::never_send_code:
    case NotTaken::merchants_turn:
    case NotTaken::schedule_exhausted:
    case NotTaken::open_recovery:
    case NotTaken::already_handed_over:
      return false;
  }
  ensure(false, "a reason of the set");
  return false;
}

Totals totals_of(const Items& items) {
  Totals totals;
  for (const BackfillItem& item : items) {
    if (item.taken) totals.add(item.taken->recovery.amount);
  }
  return totals;
}

std::map<std::string, std::int64_t> left_out_of(const Items& items) {
  std::map<std::string, std::int64_t> counts;
  for (const BackfillItem& item : items) {
    if (!item.taken) ++counts[why_not(item).reason];
  }
  return counts;
}

std::string line_of(const BackfillItem& item, Tense tense) {
  const std::string line = printable(item.id) + "  ";
  if (!item.taken) return line + in_words(why_not(item));
  const billing::Recovery& recovery = item.taken->recovery;
  return line + (item.before ? "was already " : "") +
         handed_over_to(tense, recovery.provider_gateway.str()) + ": " + in_words(recovery.amount) +
         ", re-attempt " + std::to_string(recovery.reattempt) + " of billing cycle " +
         std::to_string(recovery.cycle) + ", until " + to_iso8601(recovery.expires_at) +
         ", back to " + recovery.return_gateway.str() + ", order " + recovery.order.str();
}

Json json_of(const BackfillItem& item) {
  Json json{{"subscription_id", item.id}, {"taken", item.taken.has_value()}};
  if (!item.taken) {
    const WhyNot why = why_not(item);
    json["reason"] = why.reason;
    json["detail"] = text_or_null(why.detail);
    json["needs_person"] = needs_person(item);
    return json;
  }
  const billing::Recovery& recovery = item.taken->recovery;
  json["gateway"] = recovery.provider_gateway.str();
  json["amount"] = to_decimal(recovery.amount);
  json["currency"] = recovery.amount.currency.code();
  json["billing_cycle"] = recovery.cycle;
  json["reattempt"] = recovery.reattempt;
  json["back_to"] = recovery.return_gateway.str();
  json["expiry_days"] = item.expiry_days;
  json["expires_at"] = to_iso8601(recovery.expires_at);
  json["handed_over_as"] = recovery.order.str();
  if (item.before) json["before"] = true;
  return json;
}

}  // namespace

WhyNot why_not(const BackfillItem& item) {
  const auto words = [](const auto& left) {
    return WhyNot{std::string(to_text(left.reason)), std::string(explain(left.reason)),
                  left.detail};
  };
  return std::visit(words, item.left);
}

bool needs_person(const BackfillItem& item) {
  if (item.taken) return false;
  if (const auto* refusal = std::get_if<billing::Refusal>(&item.left)) {
    return waits_for_person(refusal->reason);
  }
  const auto* alone = std::get_if<billing::LeftAlone>(&item.left);
  return alone != nullptr && alone->reason == billing::LeftOut::paused;  // somebody has to resume
}

std::string to_text(const Items& items, const BackfillRun& run) {
  std::string text;
  for (const BackfillItem& item : items) text += line_of(item, run.tense) + "\n";
  text += totals_of(items).in_words(items.size(), run.tense);
  std::string left_out;
  for (const auto& [reason, count] : left_out_of(items)) {
    left_out += (left_out.empty() ? "left out: " : ", ") + reason + " " + std::to_string(count);
  }
  if (!left_out.empty()) text += left_out + "\n";
  if (run.not_reached > 0) return text + "not reached: " + std::to_string(run.not_reached) + "\n";
  return text + plan_line(run.plan, run.tense);
}

std::string to_json(const Items& items, const BackfillRun& run) {
  Json json{{"dry_run", run.tense == Tense::would_be},
            {"plan", text_or_null(run.plan)},
            {"not_reached", run.not_reached},
            {"items", Json::array()}};
  for (const BackfillItem& item : items) json["items"].push_back(json_of(item));
  json["totals"] = totals_of(items).json();
  json["left_out"] = Json::object();
  for (const auto& [reason, count] : left_out_of(items)) json["left_out"][reason] = count;
  return written(json);
}

PlannedItem planned(const BackfillItem& item) {
  if (!item.taken) return {item.id, std::nullopt, why_not(item).reason};
  const billing::Recovery& recovery = item.taken->recovery;
  return {item.id,
          PlannedHandOver{recovery.provider_gateway, recovery.amount, item.expiry_days,
                          recovery.cycle, recovery.reattempt},
          {}};
}

}  // namespace recycled::report
