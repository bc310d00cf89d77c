// What the JSON of this room has in common. Amounts are decimal strings in major units, instants
// ISO 8601 in UTC, and what is not there is null rather than missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/time.hpp"

namespace recycled::report {

// Keys stay in the order in which they were written: a reader finds the important ones first.
using Json = nlohmann::ordered_json;

inline Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

template <class When>
Json when_or_null(const std::optional<When>& when) {
  return when ? Json(to_iso8601(*when)) : Json();
}

// A gateway's message need not be UTF-8; a broken byte becomes U+FFFD and spoils nothing else.
inline std::string written(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace recycled::report
