// Civil-day arithmetic of billing cycles. Source: domain.md "Moving on".
#pragma once

#include <optional>

#include "base/time.hpp"
#include "billing/subscription.hpp"

namespace recycled::billing {

struct NextBill {
  CivilDate on;
  std::optional<int> anchor_day;  // as it is to be stored from now on

  bool operator==(const NextBill&) const = default;
};

// The day of the next scheduled billing after a success on `success_day`: that day plus the
// interval. Intervals of months and years keep their anchor day (31 Jan, 28 Feb, 31 Mar) as long as
// the success fell on the anchored day of its month; a late success slides the schedule, and its
// own day becomes the anchor. With no anchor stored, the success day is the anchor.
NextBill next_bill(CivilDate success_day, Interval interval, std::optional<int> anchor_day);

}  // namespace recycled::billing
