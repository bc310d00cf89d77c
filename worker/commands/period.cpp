#include "commands/period.hpp"

namespace recycled {
namespace {

// The first instant of `text`, or of the day `days_later`.
std::optional<Instant> read_when(const std::string& text, const ports::Calendar& calendar,
                                 int days_later) {
  if (const auto instant = parse_instant(text)) return instant;
  const auto day = parse_date(text);
  if (!day) return std::nullopt;
  return calendar.start_of(add_days(*day, days_later));
}

}  // namespace

Result<Period> read_period(const std::string& from, const std::string& to,
                           const ports::Calendar& calendar, Period usual) {
  Period period = usual;
  if (!from.empty()) {
    const auto at = read_when(from, calendar, 0);
    if (!at) return fail(Fault::invalid, "--from " + from + " is no date");
    period.from = *at;
  }
  if (!to.empty()) {
    const auto at = read_when(to, calendar, 1);
    if (!at) return fail(Fault::invalid, "--to " + to + " is no date");
    period.to = *at;
  }
  if (period.from >= period.to) return fail(Fault::invalid, "--from is not before --to");
  return period;
}

}  // namespace recycled
