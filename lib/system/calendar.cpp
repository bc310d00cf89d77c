#include "system/calendar.hpp"

#include <stdexcept>

#include <date/tz.h>

namespace recycled::system {
namespace {

// The two libraries count days alike; only the types differ.
date::local_days to_local_days(CivilDate day) {
  return date::local_days(std::chrono::sys_days(day).time_since_epoch());
}

Instant to_instant(const date::time_zone& zone, date::local_time<Millis> wall) {
  // For a time that clocks skip, `earliest` is the instant of the jump.
  return Instant(zone.to_sys(wall, date::choose::earliest).time_since_epoch());
}

date::local_time<Millis> to_wall(const date::time_zone& zone, Instant at) {
  return zone.to_local(at);
}

}  // namespace

Result<std::unique_ptr<ZoneCalendar>> ZoneCalendar::make(const std::string& zone) {
  try {
    return std::unique_ptr<ZoneCalendar>(new ZoneCalendar(*date::locate_zone(zone)));
  } catch (const std::runtime_error&) {
    return fail(Fault::invalid, "time zone \"" + zone +
                                    "\" is not known here; use an IANA name such as "
                                    "America/New_York (is tzdata installed?)");
  }
}

CivilDate ZoneCalendar::day_of(Instant at) const {
  const auto day = date::floor<date::days>(to_wall(zone_, at));
  return CivilDate(std::chrono::sys_days(day.time_since_epoch()));
}

Instant ZoneCalendar::start_of(CivilDate day) const {
  return to_instant(zone_, to_local_days(day));
}

Instant ZoneCalendar::add_days(Instant at, int days) const {
  if (days == 0) return at;  // of an hour that comes twice, this one
  return to_instant(zone_, to_wall(zone_, at) + std::chrono::days(days));
}

}  // namespace recycled::system
