// Civil days of the account's time zone (domain.md "Moving on"): the one place where an instant
// becomes a day and a day an instant.
#pragma once

#include "base/time.hpp"

namespace recycled::ports {

class Calendar {
 public:
  virtual ~Calendar() = default;
  virtual CivilDate day_of(Instant at) const = 0;
  // The first instant of that day; where clocks skip midnight, the first instant there is.
  virtual Instant start_of(CivilDate day) const = 0;
  // The same wall-clock time `days` civil days later.
  virtual Instant add_days(Instant at, int days) const = 0;
};

}  // namespace recycled::ports
