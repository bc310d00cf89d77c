// A period as it is typed: instants, or civil days of the account.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/calendar.hpp"

namespace recycled {

struct Period {
  Instant from{};
  Instant to{};
};

// `from` counts from the first instant of its day, `to` up to the end of its day. An empty one is
// taken from `usual`. Fault::invalid names the option that is no date, or says that the two do not
// span anything.
Result<Period> read_period(const std::string& from, const std::string& to,
                           const ports::Calendar& calendar, Period usual);

}  // namespace recycled
