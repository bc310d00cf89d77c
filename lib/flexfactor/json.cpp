#include "flexfactor/json.hpp"

#include <charconv>
#include <set>
#include <vector>

namespace recycled::flexfactor {

namespace {

constexpr int deepest = 32;
constexpr std::size_t most_members = 1000;  // of one object: looking one up is a walk

// Watches a text being parsed for what parse_json refuses. What is refused is not kept, so a
// hostile text costs no stack and little memory.
class Watch {
 public:
  bool keep(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth >= deepest) fits_ = false;
    if (!fits_) return false;
    if (event == Json::parse_event_t::object_start) members_.emplace_back();
    if (event == Json::parse_event_t::object_end) members_.pop_back();
    if (event == Json::parse_event_t::key) {
      auto& names = members_.back();
      const bool is_new = names.insert(parsed.get_ref<const std::string&>()).second;
      fits_ = is_new && names.size() <= most_members;
    }
    return fits_;
  }
  bool fits() const { return fits_; }

 private:
  std::vector<std::set<std::string>> members_;  // of the objects that are open
  bool fits_ = true;
};

const Json& absent() {
  static const Json null;
  return null;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  Watch watch;
  const auto keep = [&watch](int depth, Json::parse_event_t event, Json& value) {
    return watch.keep(depth, event, value);
  };
  auto parsed = Json::parse(text, keep, false);
  if (!watch.fits() || parsed.is_discarded()) return std::nullopt;
  return parsed;
}

std::optional<Json> parse_object(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return parsed;
}

const Json& member(const Json& object, const char* name) {
  if (!object.is_object()) return absent();
  const auto found = object.find(name);
  return found == object.end() ? absent() : *found;
}

const Json& member_any_case(const Json& object, std::string_view name) {
  if (!object.is_object()) return absent();
  for (const auto& [written, value] : object.items()) {
    if (lower(written) == lower(name)) return value;
  }
  return absent();
}

std::string text_at(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string word_at(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::int64_t> integer_at(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  const std::string text = text_at(object, name);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace recycled::flexfactor
