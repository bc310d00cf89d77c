#include "report/plan.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "crypto/guid.hpp"
#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

constexpr const char* title = "hand_overs_of";

using ById = std::map<std::string, const PlannedItem*>;

ById by_id(const Plan& plan) {
  ById items;
  for (const PlannedItem& item : plan.items) items[item.id] = &item;
  return items;
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const PlannedItem& item) {
  if (!item.taken) return {{"id", item.id}, {"reason", item.reason}};
  const PlannedHandOver& taken = *item.taken;
  return {{"id", item.id},
          {"gateway", taken.gateway.str()},
          {"amount", to_decimal(taken.amount)},
          {"currency", taken.amount.currency.code()},
          {"expiry_days", taken.expiry_days},
          {"billing_cycle", taken.cycle},
          {"reattempt", taken.reattempt}};
}

// Throws Json::exception where a member is missing or of another type.
std::optional<PlannedItem> item_of(const Json& json) {
  PlannedItem item;
  item.id = json.at("id");
  if (json.contains("reason")) {
    item.reason = json.at("reason");
    return item;
  }
  PlannedHandOver taken;
  taken.gateway = GatewayId(json.at("gateway").get<std::string>());
  const auto currency = Currency::parse(json.at("currency").get<std::string>());
  if (!currency) return std::nullopt;
  const auto amount = parse_money(json.at("amount").get<std::string>(), *currency);
  if (!amount) return std::nullopt;
  taken.amount = *amount;
  taken.expiry_days = json.at("expiry_days");
  taken.cycle = json.at("billing_cycle");
  taken.reattempt = json.at("reattempt");
  item.taken = taken;
  return item;
}

Failure broken() { return fail(Fault::store, "the plan in the ledger is not what was stored"); }

std::string in_words(const std::optional<PlannedItem>& item, const char* absent) {
  if (!item) return absent;
  if (!item->taken) return "not taken: " + item->reason;
  const PlannedHandOver& taken = *item->taken;
  std::string text = "handed over to " + taken.gateway.str() + ", " +
                     report::in_words(taken.amount) + ", for " + std::to_string(taken.expiry_days) +
                     " days";
  if (taken.reattempt > 0) {
    text += ", billing cycle " + std::to_string(taken.cycle) + ", re-attempt " +
            std::to_string(taken.reattempt);
  }
  return text;
}

Json json_or_null(const std::optional<PlannedItem>& item) { return item ? json_of(*item) : Json(); }

}  // namespace

std::string content_of(const Plan& plan) {
  std::string content = line_of(Json{{title, plan.command}});
  for (const auto& [id, item] : by_id(plan)) content += line_of(json_of(*item));
  return content;
}

std::string digest_of(std::string_view content) { return crypto::derive_guid({content}); }

Result<Plan> plan_of(std::string_view content) {
  Plan plan;
  std::istringstream lines{std::string(content)};
  try {
    std::string line;
    if (!std::getline(lines, line)) return broken();
    plan.command = Json::parse(line).at(title);
    while (std::getline(lines, line)) {
      auto item = item_of(Json::parse(line));
      if (!item) return broken();
      plan.items.push_back(std::move(*item));
    }
  } catch (const Json::exception&) {
    return broken();
  }
  return plan;
}

std::vector<PlanChange> changes_since(const Plan& planned, const Plan& now) {
  const ById before = by_id(planned);
  const ById after = by_id(now);
  std::map<std::string, PlanChange> changes;
  const auto compare = [&](const std::string& id) {
    const auto was = before.find(id);
    const auto is = after.find(id);
    PlanChange change{id, std::nullopt, std::nullopt};
    if (was != before.end()) change.planned = *was->second;
    if (is != after.end()) change.now = *is->second;
    const auto was_taken = change.planned ? change.planned->taken : std::nullopt;
    const auto is_taken = change.now ? change.now->taken : std::nullopt;
    if (was_taken != is_taken) changes[id] = std::move(change);
  };
  for (const auto& [id, item] : before) compare(id);
  for (const auto& [id, item] : after) compare(id);
  std::vector<PlanChange> in_order;
  in_order.reserve(changes.size());
  for (auto& [id, change] : changes) in_order.push_back(std::move(change));
  return in_order;
}

std::string to_text(const std::vector<PlanChange>& changes) {
  std::string text;
  for (const PlanChange& change : changes) {
    text += printable(change.id) + "  planned: " + in_words(change.planned, "nothing") +
            "; now: " + in_words(change.now, "not among those asked for") + "\n";
  }
  return text;
}

std::string to_json(const std::string& digest, const std::vector<PlanChange>& changes) {
  Json json{{"plan", digest}, {"changed", Json::array()}};
  for (const PlanChange& change : changes) {
    json["changed"].push_back({{"id", change.id},
                               {"planned", json_or_null(change.planned)},
                               {"now", json_or_null(change.now)}});
  }
  return written(json);
}

}  // namespace recycled::report
