// A TOML file as a tree of values that know their line. The only file that knows how TOML is
// spelled is document.cpp; readers of sections see nothing but this.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "config/problem.hpp"

namespace recycled::config {

struct Value;
using Array = std::vector<Value>;
using Table = std::map<std::string, Value, std::less<>>;

// What no setting is written as: a float or a date.
struct Other {};

struct Value {
  int line = 0;
  std::variant<Other, std::string, std::int64_t, bool, Array, Table> data;
};

// "a text", "a number", …: for messages.
std::string_view kind_of(const Value& value);

// The root table, or the one syntax error at which reading had to stop.
tl::expected<Value, Problem> parse_document(std::string_view text);

}  // namespace recycled::config
