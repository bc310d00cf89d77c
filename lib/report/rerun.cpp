#include "report/rerun.hpp"

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

Totals totals_of(const std::vector<RerunItem>& items) {
  Totals totals;
  for (const RerunItem& item : items) {
    if (item.taken) totals.add(item.taken->recovery.amount);
  }
  return totals;
}

std::string line_of(const RerunItem& item, Tense tense) {
  const std::string line = printable(item.id) + "  ";
  if (!item.taken) return line + in_words(why_not(item.refusal));
  const billing::Recovery& recovery = item.taken->recovery;
  return line + (item.before ? "was already " : "") +
         handed_over_to(tense, recovery.provider_gateway.str()) + ": " + in_words(recovery.amount) +
         ", until " + to_iso8601(recovery.expires_at) + ", order " + recovery.order.str();
}

Json json_of(const RerunItem& item) {
  Json json{{"order_id", item.id}, {"taken", item.taken.has_value()}};
  if (item.taken) {
    const billing::Recovery& recovery = item.taken->recovery;
    json["gateway"] = recovery.provider_gateway.str();
    json["amount"] = to_decimal(recovery.amount);
    json["currency"] = recovery.amount.currency.code();
    json["expiry_days"] = item.expiry_days;
    json["expires_at"] = to_iso8601(recovery.expires_at);
    json["handed_over_as"] = recovery.order.str();
    if (item.before) json["before"] = true;
    return json;
  }
  const WhyNot why = why_not(item.refusal);
  json["reason"] = why.reason;
  json["detail"] = text_or_null(why.detail);
  return json;
}

}  // namespace

WhyNot why_not(const std::optional<billing::SaleRefusal>& refusal) {
  if (!refusal) return {"not_found", "the ledger has no such order", ""};
  return {std::string(to_text(refusal->reason)), std::string(explain(refusal->reason)),
          refusal->detail};
}

std::string to_text(const std::vector<RerunItem>& items, Tense tense, const std::string& plan) {
  std::string text;
  for (const RerunItem& item : items) text += line_of(item, tense) + "\n";
  return text + totals_of(items).in_words(items.size(), tense) + plan_line(plan, tense);
}

std::string to_json(const std::vector<RerunItem>& items, Tense tense, const std::string& plan) {
  Json json{{"dry_run", tense == Tense::would_be},
            {"plan", text_or_null(plan)},
            {"items", Json::array()}};
  for (const RerunItem& item : items) json["items"].push_back(json_of(item));
  json["totals"] = totals_of(items).json();
  return written(json);
}

PlannedItem planned(const RerunItem& item) {
  PlannedItem plan{item.id, std::nullopt, {}};
  if (item.taken) {
    const billing::Recovery& recovery = item.taken->recovery;
    plan.taken =
        PlannedHandOver{recovery.provider_gateway, recovery.amount, item.expiry_days, 0, 0};
  } else {
    plan.reason = why_not(item.refusal).reason;
  }
  return plan;
}

}  // namespace recycled::report
