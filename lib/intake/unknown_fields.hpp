// The names that records bring and nobody reads, each once, in the order of appearance.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace recycled::intake {

class UnknownFields {
 public:
  using IsKnown = bool (*)(std::string_view name);

  explicit UnknownFields(IsKnown is_known) : is_known_(is_known) {}

  // Any name, known or not. Beyond twenty no more are kept.
  void note(const std::string& name);

  // Harmless to show: card numbers in a name are masked.
  const std::vector<std::string>& names() const { return names_; }

 private:
  IsKnown is_known_;
  std::set<std::string> seen_;
  std::vector<std::string> names_;
};

}  // namespace recycled::intake
