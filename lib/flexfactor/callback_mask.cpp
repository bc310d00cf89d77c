#include "flexfactor/callback_mask.hpp"

#include <algorithm>
#include <utility>

#include "base/card_number.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

namespace {

// Deeper ones are masked as text: walking them would cost stack, and no callback is like that.
constexpr int deepest = 32;

bool is_deep(std::string_view body) {
  int depth = 0;
  int most = 0;
  for (const char c : body) {
    if (c == '[' || c == '{') most = std::max(most, ++depth);
    if (c == ']' || c == '}') --depth;
  }
  return most > deepest;
}

Json hidden(const Json& value);

Json hidden_members(const Json& object) {
  Json made = Json::object();
  for (const auto& [name, value] : object.items()) made[hide_card_numbers(name)] = hidden(value);
  return made;
}

Json hidden(const Json& value) {
  if (value.is_object()) return hidden_members(value);
  if (value.is_array()) {
    Json made = Json::array();
    for (const auto& part : value) made.push_back(hidden(part));
    return made;
  }
  if (!value.is_string() && !value.is_number_integer()) return value;
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const std::string shown = hide_card_numbers(text);
  return shown == text ? value : Json(shown);
}

}  // namespace

std::string without_card_numbers(std::string_view body) {
  std::string text(body);
  // Without an escape each value is as it stands in the text.
  const bool has_escapes = body.find('\\') != std::string_view::npos;
  if (!has_escapes && !may_hold_card_number(body)) return text;  // nearly all
  const auto parsed =
      is_deep(body) ? Json(Json::value_t::discarded) : Json::parse(body, nullptr, false);
  if (!parsed.is_discarded()) {
    const Json safe = hidden(parsed);
    if (safe != parsed) text = safe.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  // What is no JSON, or stands twice under one name, is seen only here.
  return hide_card_numbers(text);
}

}  // namespace recycled::flexfactor
