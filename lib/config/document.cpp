#include "config/document.hpp"

#include <utility>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace recycled::config {

namespace {

int line_of(const toml::source_region& source) { return static_cast<int>(source.begin.line); }

Value convert(const toml::node& node);

Array convert_array(const toml::array& array) {
  Array values;
  for (const toml::node& element : array) values.push_back(convert(element));
  return values;
}

Table convert_table(const toml::table& table) {
  Table values;
  for (const auto& [key, node] : table) {
    Value value = convert(node);
    value.line = line_of(key.source());  // where the setting begins, whatever its value is
    values.emplace(std::string(key.str()), std::move(value));
  }
  return values;
}

Value convert(const toml::node& node) {
  Value value{line_of(node.source()), Other{}};
  if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.data = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.data = flag->get();
  } else if (const auto* array = node.as_array()) {
    value.data = convert_array(*array);
  } else if (const auto* table = node.as_table()) {
    value.data = convert_table(*table);
  }
  return value;
}

struct KindName {
  std::string_view operator()(const Other&) const { return "a fraction or a date"; }
  std::string_view operator()(const std::string&) const { return "a text"; }
  std::string_view operator()(std::int64_t) const { return "a number"; }
  std::string_view operator()(bool) const { return "true or false"; }
  std::string_view operator()(const Array&) const { return "a list"; }
  std::string_view operator()(const Table&) const { return "a table"; }
};

}  // namespace

std::string_view kind_of(const Value& value) { return std::visit(KindName{}, value.data); }

tl::expected<Value, Problem> parse_document(std::string_view text) {
  const toml::parse_result parsed = toml::parse(text);
  if (parsed) return convert(parsed.table());
  const toml::parse_error& error = parsed.error();
  return tl::unexpected(Problem{line_of(error.source()), "TOML", std::string(error.description()),
                                "Mend this first: nothing after it could be read"});
}

}  // namespace recycled::config
