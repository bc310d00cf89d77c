// What the JSON of this room has in common.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "rest/answers.hpp"

namespace recycled::rest {

// Keys stay in the order in which they were written.
using Json = nlohmann::ordered_json;

// A broken byte from outside becomes U+FFFD and spoils nothing else.
inline std::string written(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const Problem& problem);

}  // namespace recycled::rest
