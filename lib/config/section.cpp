#include "config/section.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "config/nearest.hpp"

namespace recycled::config {

namespace {

const Table& table_of(const Value& value) {
  const Table* table = std::get_if<Table>(&value.data);
  ensure(table != nullptr, "a section is made from a table");
  return *table;
}

std::string alternatives(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += in_quotes(words[i]);
  }
  return text;
}

}  // namespace

Section::Section(const Value& table, std::string name, std::vector<Problem>& problems)
    : table_(table_of(table)), line_(table.line), name_(std::move(name)), problems_(problems) {}

const Value* Section::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  const auto at = table_.find(key);
  return at == table_.end() ? nullptr : &at->second;
}

void Section::expect(std::string_view key, const Value& found, std::string_view wanted) {
  complain_at(found.line, std::string(key) + " is " + std::string(kind_of(found)),
              "Write " + std::string(wanted));
}

std::optional<Text> Section::text(std::string_view key) {
  const Value* found = find(key);
  if (found == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(&found->data);
  if (text == nullptr) {
    expect(key, *found, "it as a text, in double quotes");
    return std::nullopt;
  }
  if (text->empty()) {
    complain(key, std::string(key) + " is empty", "Give it a value or leave the line out");
    return std::nullopt;
  }
  return Text{*text, found->line};
}

std::optional<Text> Section::required(std::string_view key) {
  if (!has(key)) {
    complain_at(line_, std::string(key) + " is missing", "Add " + std::string(key) + " = \"…\"");
  }
  return text(key);
}

std::vector<const Value*> Section::entries(std::string_view key, std::string_view wanted) {
  const Value* found = find(key);
  if (found == nullptr) return {};
  const auto* array = std::get_if<Array>(&found->data);
  if (array == nullptr) {
    expect(key, *found, wanted);
    return {};
  }
  std::vector<const Value*> all;
  for (const Value& element : *array) all.push_back(&element);
  return all;
}

std::vector<Text> Section::texts(std::string_view key) {
  std::vector<Text> all;
  for (const Value* element : entries(key, "a list of texts: [\"…\", \"…\"]")) {
    const auto* text = std::get_if<std::string>(&element->data);
    if (text == nullptr || text->empty()) {
      complain_at(element->line, std::string(key) + " holds something that is not a text",
                  "Write each entry in double quotes");
      continue;
    }
    all.push_back(Text{*text, element->line});
  }
  return all;
}

std::optional<CivilDate> Section::date(std::string_view key) {
  const auto written = text(key);
  if (!written) return std::nullopt;
  const auto read = parse_date(written->value);
  if (!read) {
    complain(key, std::string(key) + " " + in_quotes(written->value) + " is not a date",
             "Write one such as \"2026-12-01\"");
  }
  return read;
}

std::optional<std::int64_t> Section::integer(std::string_view key, std::int64_t least,
                                             std::int64_t most) {
  const Value* found = find(key);
  if (found == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&found->data);
  const std::string range =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (number == nullptr) {
    expect(key, *found, range);
    return std::nullopt;
  }
  if (*number < least || *number > most) {
    complain(key, std::string(key) + " is " + std::to_string(*number), "Write " + range);
    return std::nullopt;
  }
  return *number;
}

std::optional<Millis> Section::duration(std::string_view key, DurationRange range) {
  const auto written = text(key);
  if (!written) return std::nullopt;
  const auto read = parse_duration(written->value);
  if (!read) {
    complain(key, std::string(key) + " " + in_quotes(written->value) + " is not a duration",
             "Write one such as \"90s\", \"15m\", \"6h\" or \"1d\"");
    return std::nullopt;
  }
  if (*read < range.least || *read > range.most) {
    complain(key, std::string(key) + " is " + to_text(*read),
             "Write a duration from " + to_text(range.least) + " to " + to_text(range.most));
    return std::nullopt;
  }
  return *read;
}

std::optional<bool> Section::flag(std::string_view key) {
  const Value* found = find(key);
  if (found == nullptr) return std::nullopt;
  if (const bool* flag = std::get_if<bool>(&found->data)) return *flag;
  expect(key, *found, "true or false, without quotes");
  return std::nullopt;
}

std::optional<std::size_t> Section::index_of(std::string_view key,
                                             const std::vector<std::string_view>& words) {
  const auto written = text(key);
  if (!written) return std::nullopt;
  const auto at = std::find(words.begin(), words.end(), written->value);
  if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
  complain(key, std::string(key) + " is " + in_quotes(written->value),
           "Write " + alternatives(words));
  return std::nullopt;
}

const Value* Section::table(std::string_view key) {
  const Value* found = find(key);
  if (found == nullptr || std::holds_alternative<Table>(found->data)) return found;
  expect(key, *found, "a table: [" + std::string(key) + "]");
  return nullptr;
}

std::vector<const Value*> Section::tables(std::string_view key) {
  const Value* found = find(key);
  if (found == nullptr) return {};
  std::vector<const Value*> all;
  const auto* array = std::get_if<Array>(&found->data);
  if (array == nullptr) {
    expect(key, *found, "tables with double brackets: [[" + std::string(key) + "]]");
    return all;
  }
  for (const Value& element : *array) {
    if (std::holds_alternative<Table>(element.data)) {
      all.push_back(&element);
    } else {
      expect(key, element, "tables with double brackets: [[" + std::string(key) + "]]");
    }
  }
  return all;
}

void Section::refuse(std::string_view key, std::string what, std::string fix) {
  const auto at = table_.find(key);
  if (at == table_.end()) return;
  refused_.emplace_back(key);
  complain_at(at->second.line, std::move(what), std::move(fix));
}

void Section::refuse_unknown() {
  for (const auto& [key, value] : table_) {
    const auto is_key = [&key = key](const std::string& other) { return other == key; };
    if (std::any_of(known_.begin(), known_.end(), is_key)) continue;
    if (std::any_of(refused_.begin(), refused_.end(), is_key)) continue;
    const auto guess = nearest(key, known_);
    complain_at(value.line, "unknown key " + in_quotes(key),
                guess ? "Did you mean " + in_quotes(*guess) + "?" : "Remove it");
  }
}

void Section::complain(std::string_view key, std::string what, std::string fix) {
  const auto at = table_.find(key);
  complain_at(at == table_.end() ? line_ : at->second.line, std::move(what), std::move(fix));
}

void Section::complain_at(int line, std::string what, std::string fix) {
  problems_.push_back(Problem{line, name_, std::move(what), std::move(fix)});
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> all;
  for (const auto& [key, value] : table_) all.push_back(key);
  return all;
}

std::optional<std::string> Section::peek(std::string_view key) const {
  const auto at = table_.find(key);
  if (at == table_.end()) return std::nullopt;
  const auto* text = std::get_if<std::string>(&at->second.data);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

}  // namespace recycled::config
