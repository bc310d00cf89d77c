// Civil days of one IANA time zone, from the machine's zoneinfo.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "ports/calendar.hpp"

namespace date {
class time_zone;
}

namespace recycled::system {

class ZoneCalendar final : public ports::Calendar {
 public:
  // Fault::invalid when the machine knows no zone of that name ("America/New_York").
  static Result<std::unique_ptr<ZoneCalendar>> make(const std::string& zone);

  CivilDate day_of(Instant at) const override;
  Instant start_of(CivilDate day) const override;
  // A wall-clock time that the target day skips becomes the instant its clocks jump; one that it
  // has twice becomes the first.
  Instant add_days(Instant at, int days) const override;

 private:
  explicit ZoneCalendar(const date::time_zone& zone) : zone_(zone) {}

  const date::time_zone& zone_;  // owned by the zone database, which lives as long as the program
};

}  // namespace recycled::system
