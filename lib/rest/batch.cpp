#include "rest/batch.hpp"

#include <algorithm>

#include "rest/json.hpp"

namespace recycled::rest {
namespace {

constexpr std::string_view rejected = "rejected";

Json json_of(const Reason& reason) {
  return {{"field", reason.field.empty() ? Json() : Json(reason.field)},
          {"message", reason.message}};
}

Json json_of(const Item& item, std::size_t place, std::string_view id_name) {
  Json json = Json::object();
  json["index"] = place;
  json[std::string(id_name)] = item.id.empty() ? Json() : Json(item.id);
  json["result"] = item.result.empty() ? rejected : item.result;
  if (!item.result.empty()) return json;
  json["reasons"] = Json::array();
  for (const Reason& reason : item.reasons) json["reasons"].push_back(json_of(reason));
  return json;
}

Json counts_of(const BatchAnswer& answer) {
  const auto count = [&answer](std::string_view result) {
    return std::ranges::count(answer.items, result, &Item::result);
  };
  Json counts = Json::object();
  counts["read"] = answer.items.size();
  for (const std::string_view result : answer.results) counts[std::string(result)] = count(result);
  counts[std::string(rejected)] = count("");
  return counts;
}

// The first thing that is wrong, for a caller who looks at the error alone.
Problem problem_of(const Item& item) {
  Problem problem{"rejected", "nothing was taken in; see reasons", ""};
  if (item.reasons.empty()) return problem;
  const Reason& first = item.reasons.front();
  problem.field = first.field;
  problem.message = first.field.empty() ? first.message : first.field + " " + first.message;
  return problem;
}

}  // namespace

http::Response to_response(const BatchAnswer& answer) {
  const auto is_rejected = [](const Item& item) { return item.result.empty(); };
  const bool any = std::ranges::any_of(answer.items, is_rejected);
  const bool all = any && std::ranges::all_of(answer.items, is_rejected);
  Json body = Json::object();
  if (all) body["error"] = json_of(problem_of(answer.items.front()));
  body["items"] = Json::array();
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    body["items"].push_back(json_of(answer.items[i], i, answer.id_name));
  }
  body["counts"] = counts_of(answer);
  body["unknown_fields"] = answer.unknown_fields;
  return json(all ? 422 : any ? 207 : 200, written(body));
}

}  // namespace recycled::rest
