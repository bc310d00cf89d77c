#include "intake/record.hpp"

#include <algorithm>

#include "intake/card_guard.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

bool holds_card_data(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    const auto& [name, value] = field;
    const bool is_secret = name == "card_number" || is_verification_value(name);
    return is_secret ? !is_blank(value) : holds_card_number(value);
  });
}

Fields masked(Fields fields) {
  for (auto& [name, value] : fields) {
    if (is_verification_value(name)) {
      value.assign(value.size(), '*');
    } else {
      value = name == "card_number" ? mask_digits(value) : mask_card_numbers(value);
    }
  }
  return fields;
}

}  // namespace recycled::intake
