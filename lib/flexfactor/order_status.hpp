// The status of an order as GET orders/{id} and GET orders show it (flexfactor.md).
#pragma once

#include <string>
#include <string_view>

#include "billing/decide.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

// `status` is a number, `statusName` a word, and either may be missing or stand in the other's
// place. Two that contradict each other are News::strange. `expired_word`: dialect.hpp.
billing::News news_in(const Json& order, std::string_view expired_word = "EXPIRED");

// Whether a status name is documented, so that it cannot be the word for "expired" as well.
bool is_documented_status(std::string_view name);

// Both as they came, shortened, "COMPLETED (7)"; empty: it has neither.
std::string status_words(const Json& order);

}  // namespace recycled::flexfactor
