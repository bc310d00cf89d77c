// The answer to a batch: what became of each item, in their order, and how many of each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace recycled::rest {

// Why an item was rejected; without a field it is about the item as a whole.
struct Reason {
  std::string field;
  std::string message;
};

// Why an item that is right in itself is not to be done.
struct Refused {
  std::string reason;   // for programs: "hard_decline", …
  std::string message;  // for people
  std::string detail;   // what exactly; empty: nothing
};

// What more there is to say of an item that was taken.
struct Detail {
  std::string_view name;
  std::string text;
};

struct Item {
  std::string id;               // empty: it gave none
  std::string_view result;      // one of BatchAnswer::results; empty: rejected, or refused
  std::vector<Reason> reasons;  // of one that was rejected
  std::optional<Refused> refused{};
  std::vector<Detail> details{};
};

// Whether items can be refused: then those are counted too.
enum class Refusals { none, counted };

struct BatchAnswer {
  std::string_view id_name;               // "subscription_id"
  std::vector<std::string_view> results;  // of items that are taken; each is counted
  std::vector<Item> items;
  std::vector<std::string> unknown_fields;  // that were not read
  Refusals refusals = Refusals::none;
};

// 200 if all were taken, 207 if some were, 422 if none was: then with the shape of a refusal beside
// the items, whose code is "rejected" or the reason of the first one refused.
http::Response to_response(const BatchAnswer& answer);

}  // namespace recycled::rest
