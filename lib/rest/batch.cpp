#include "rest/batch.hpp"

#include <algorithm>

#include "rest/json.hpp"

namespace recycled::rest {
namespace {

constexpr std::string_view rejected = "rejected";
constexpr std::string_view refused = "refused";

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

bool is_taken(const Item& item) { return !item.result.empty(); }

std::string_view result_of(const Item& item) {
  if (is_taken(item)) return item.result;
  return item.refused ? refused : rejected;
}

Json json_of(const Reason& reason) {
  return {{"field", text_or_null(reason.field)}, {"message", reason.message}};
}

Json json_of(const Item& item, std::size_t place, std::string_view id_name) {
  Json json = Json::object();
  json["index"] = place;
  json[std::string(id_name)] = text_or_null(item.id);
  json["result"] = result_of(item);
  for (const Detail& detail : item.details) json[std::string(detail.name)] = detail.text;
  if (is_taken(item)) return json;
  if (item.refused) {
    json["reason"] = item.refused->reason;
    json["message"] = item.refused->message;
    json["detail"] = text_or_null(item.refused->detail);
    return json;
  }
  json["reasons"] = Json::array();
  for (const Reason& reason : item.reasons) json["reasons"].push_back(json_of(reason));
  return json;
}

Json counts_of(const BatchAnswer& answer) {
  const auto count = [&answer](std::string_view result) {
    return std::ranges::count(answer.items, result, &result_of);
  };
  Json counts = Json::object();
  counts["read"] = answer.items.size();
  for (const std::string_view result : answer.results) counts[std::string(result)] = count(result);
  if (answer.refusals == Refusals::counted) counts[std::string(refused)] = count(refused);
  counts[std::string(rejected)] = count(rejected);
  return counts;
}

// The first thing that is wrong, for a caller who looks at the error alone.
Problem problem_of(const Item& item) {
  if (item.refused) {
    const std::string& detail = item.refused->detail;
    return {item.refused->reason,
            item.refused->message + (detail.empty() ? "" : " (" + detail + ")"), ""};
  }
  Problem problem{std::string(rejected), "nothing was taken in; see reasons", ""};
  if (item.reasons.empty()) return problem;
  const Reason& first = item.reasons.front();
  problem.field = first.field;
  problem.message = first.field.empty() ? first.message : first.field + " " + first.message;
  return problem;
}

}  // namespace

http::Response to_response(const BatchAnswer& answer) {
  const bool any = !std::ranges::all_of(answer.items, &is_taken);
  const bool all = any && std::ranges::none_of(answer.items, &is_taken);
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
