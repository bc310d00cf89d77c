#include "intake/unknown_fields.hpp"

#include <cstddef>

#include "intake/card_guard.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

// A file may bring a new name with every line; nobody reads more than these.
constexpr std::size_t most_unknown_fields = 20;

}  // namespace

void UnknownFields::note(const std::string& name) {
  if (is_known_(name) || seen_.size() >= most_unknown_fields) return;
  if (seen_.insert(name).second) names_.push_back(printable(mask_card_numbers(name)));
}

}  // namespace recycled::intake
