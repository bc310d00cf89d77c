// The answer to a batch: what became of each item, in their order, and how many of each.
#pragma once

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

struct Item {
  std::string id;               // empty: it gave none
  std::string_view result;      // one of BatchAnswer::results; empty: rejected
  std::vector<Reason> reasons;  // of one that was rejected
};

struct BatchAnswer {
  std::string_view id_name;               // "subscription_id"
  std::vector<std::string_view> results;  // all there can be, each of which is counted
  std::vector<Item> items;
  std::vector<std::string> unknown_fields;  // that were not read
};

// 200 if none was rejected, 207 if some were, 422 if all were: then with the shape of a refusal
// beside the items.
http::Response to_response(const BatchAnswer& answer);

}  // namespace recycled::rest
