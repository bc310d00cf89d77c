#include "report/rerun.hpp"

#include <map>

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

struct Sum {
  std::int64_t count = 0;
  Money money;
};

std::map<std::string, Sum> totals_of(const std::vector<RerunItem>& items) {
  std::map<std::string, Sum> totals;
  for (const RerunItem& item : items) {
    if (!item.taken) continue;
    const Money& amount = item.taken->recovery.amount;
    Sum& sum = totals[std::string(amount.currency.code())];
    sum.count += 1;
    sum.money.currency = amount.currency;
    sum.money.minor += amount.minor;
  }
  return totals;
}

std::string line_of(const RerunItem& item, RerunTense tense) {
  std::string line = printable(item.order) + "  ";
  if (item.taken) {
    const billing::Recovery& recovery = item.taken->recovery;
    if (item.before) line += "was already ";
    line += tense == RerunTense::done ? "handed over to " : "would be handed over to ";
    return line + recovery.provider_gateway.str() + ": " + in_words(recovery.amount) + ", until " +
           to_iso8601(recovery.expires_at) + ", order " + recovery.order.str();
  }
  const WhyNot why = why_not(item.refusal);
  line += "not taken: " + why.reason + ", " + why.sentence;
  if (!why.detail.empty()) line += " (" + printable(why.detail) + ")";
  return line;
}

Json json_of(const RerunItem& item) {
  Json json{{"order_id", item.order}, {"taken", item.taken.has_value()}};
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

std::string to_text(const std::vector<RerunItem>& items, RerunTense tense,
                    const std::string& plan) {
  std::string text;
  for (const RerunItem& item : items) text += line_of(item, tense) + "\n";
  std::int64_t taken = 0;
  std::string sums;
  for (const auto& [code, sum] : totals_of(items)) {
    taken += sum.count;
    sums.append(", ").append(in_words(sum.money));
  }
  text += std::to_string(taken) + " of " + std::to_string(items.size()) +
          (tense == RerunTense::done ? " handed over" : " would be handed over") + sums + "\n";
  if (plan.empty()) return text;
  text += "plan " + plan;
  text += tense == RerunTense::done ? ": carried out\n" : ": `--plan " + plan + "` runs this\n";
  return text;
}

std::string to_json(const std::vector<RerunItem>& items, RerunTense tense,
                    const std::string& plan) {
  Json json{{"dry_run", tense == RerunTense::would_be},
            {"plan", text_or_null(plan)},
            {"items", Json::array()}};
  for (const RerunItem& item : items) json["items"].push_back(json_of(item));
  json["totals"] = Json::array();
  for (const auto& [code, sum] : totals_of(items)) {
    json["totals"].push_back(
        {{"currency", code}, {"count", sum.count}, {"amount", to_decimal(sum.money)}});
  }
  return written(json);
}

PlannedItem planned(const RerunItem& item) {
  PlannedItem plan{item.order, std::nullopt, {}};
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
