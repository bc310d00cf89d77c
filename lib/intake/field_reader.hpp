// The fields of one record, read one by one into typed values, with everything that is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intake/row.hpp"

namespace recycled::intake {

inline constexpr std::size_t longest_field = 1024;
inline constexpr std::size_t longest_id = 128;

// No message repeats a value without having made it harmless (text.hpp).
struct FieldProblem {
  std::string field;
  std::string what;  // a clause and what to do: "is missing"

  bool operator==(const FieldProblem&) const = default;
};

// Absent and empty are the same. Each reader reports a wrong value once and then returns nothing,
// so that a caller can go on and find the rest.
class FieldReader {
 public:
  explicit FieldReader(const Fields& fields) : fields_(fields) {}

  std::string text(std::string_view name);      // trimmed, UTF-8, no control characters, limited
  std::string required(std::string_view name);  // … and not empty
  std::string id(std::string_view name);        // … and at most longest_id bytes
  std::string required_id(std::string_view name);
  std::string digits(std::string_view name, std::size_t least, std::size_t most);
  std::optional<int> number(std::string_view name, int least, int most);

  // A text that `parse` must understand; `wanted` completes "write …".
  template <class Parse>
  auto parsed(std::string_view name, Parse parse, std::string_view wanted)
      -> decltype(parse(std::string_view()));

  // Reports the field as missing unless it has a value, or is wrong already.
  void require(std::string_view name);
  void complain(std::string_view field, std::string what);

  const std::vector<FieldProblem>& problems() const { return problems_; }

 private:
  void complain_about_value(std::string_view name, const std::string& value,
                            std::string_view wanted);

  const Fields& fields_;
  std::vector<FieldProblem> problems_;
};

template <class Parse>
auto FieldReader::parsed(std::string_view name, Parse parse, std::string_view wanted)
    -> decltype(parse(std::string_view())) {
  const std::string value = text(name);
  if (value.empty()) return {};
  auto read = parse(value);
  if (!read) complain_about_value(name, value, wanted);
  return read;
}

}  // namespace recycled::intake
