#include "billing/calendar.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace recycled::billing {
namespace {

// The anchored day of a month: the anchor itself, or the month's last day where it has no such day.
CivilDate anchored(std::chrono::year_month month, int anchor) {
  const CivilDate last(month / std::chrono::last);
  return month / std::min(std::chrono::day(static_cast<unsigned>(anchor)), last.day());
}

NextBill months_later(CivilDate success_day, int months, std::optional<int> anchor_day) {
  const std::chrono::year_month month(success_day.year(), success_day.month());
  const bool kept = anchor_day && anchored(month, *anchor_day) == success_day;
  const int anchor =
      kept ? *anchor_day : static_cast<int>(static_cast<unsigned>(success_day.day()));
  return {anchored(month + std::chrono::months(months), anchor), anchor};
}

}  // namespace

NextBill next_bill(CivilDate success_day, Interval interval, std::optional<int> anchor_day) {
  switch (interval.unit) {
    case Interval::Unit::days:
      return {add_days(success_day, interval.count), std::nullopt};
    case Interval::Unit::months:
      return months_later(success_day, interval.count, anchor_day);
    case Interval::Unit::years:
      return months_later(success_day, 12 * interval.count, anchor_day);
  }
  ensure(false, "an interval unit of the set");
  return {};
}

}  // namespace recycled::billing
