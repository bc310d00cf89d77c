// One table of the config file while it is being read. Each setting is asked for once, by its name
// and type; what nobody asked for is an unknown key. So the list of known keys cannot go stale.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "config/document.hpp"
#include "config/problem.hpp"

namespace recycled::config {

// A text of the file and where it stands.
struct Text {
  std::string value;
  int line = 0;
};

struct DurationRange {
  Millis least{0};
  Millis most{0};
};

template <class E>
using Words = std::initializer_list<std::pair<std::string_view, E>>;

// Every reader returns nothing both for an absent key and for a wrong value, which it has reported:
// the caller keeps its default, and the file is refused in the end all the same.
class Section {
 public:
  Section(const Value& table, std::string name, std::vector<Problem>& problems);
  Section(Section&&) = default;

  std::optional<Text> text(std::string_view key);      // not empty
  std::optional<Text> required(std::string_view key);  // … and there
  std::vector<Text> texts(std::string_view key);       // a list of texts, none of them empty
  std::vector<const Value*> entries(std::string_view key, std::string_view wanted);  // any list
  std::optional<CivilDate> date(std::string_view key);                               // "2026-12-01"
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<Millis> duration(std::string_view key, DurationRange range);  // "90s"
  std::optional<bool> flag(std::string_view key);
  template <class E>
  std::optional<E> word(std::string_view key, Words<E> words);  // one of a closed set
  const Value* table(std::string_view key);                     // [key]
  std::vector<const Value*> tables(std::string_view key);       // [[key]]

  // A key that must not be there, for a reason better than "unknown".
  void refuse(std::string_view key, std::string what, std::string fix);
  // Reports all keys nobody asked for, with the nearest known one. Call it last.
  void refuse_unknown();

  // Reports a problem with the value of `key`, or with the whole section if it is not there.
  void complain(std::string_view key, std::string what, std::string fix = {});
  void complain_at(int line, std::string what, std::string fix = {});

  bool has(std::string_view key) const { return table_.contains(key); }
  std::vector<std::string> keys() const;
  std::optional<std::string> peek(std::string_view key) const;  // a text, asked for or not
  int line() const { return line_; }
  const std::string& name() const { return name_; }
  void rename(std::string name) { name_ = std::move(name); }  // once the id is known

 private:
  const Value* find(std::string_view key);
  void expect(std::string_view key, const Value& found, std::string_view wanted);
  std::optional<std::size_t> index_of(std::string_view key,
                                      const std::vector<std::string_view>& words);

  const Table& table_;
  int line_;
  std::string name_;
  std::vector<Problem>& problems_;
  std::vector<std::string> known_;
  std::vector<std::string> refused_;
};

template <class E>
std::optional<E> Section::word(std::string_view key, Words<E> words) {
  std::vector<std::string_view> spellings;
  for (const auto& [spelling, meaning] : words) spellings.push_back(spelling);
  const auto index = index_of(key, spellings);
  if (!index) return std::nullopt;
  return (words.begin() + *index)->second;
}

}  // namespace recycled::config
