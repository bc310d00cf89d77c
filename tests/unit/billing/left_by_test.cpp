// Until when a request may have left: how far a look through FlexFactor's list must go.
#include <doctest/doctest.h>

#include "unit/billing/decide_fixture.hpp"

using namespace recycled;           // NOLINT(google-build-using-namespace)
using namespace recycled::billing;  // NOLINT(google-build-using-namespace)

TEST_CASE("by when all that may have left had done so is known where their id is not") {
  const Recovery cut_off = after(claimed(), Interrupted{}, start + 1min);
  CHECK(cut_off.left_by == start + 1min);
  const Recovery again = after(cut_off, answered(outcome::Unknown{"reset", {}}), start + 3h);
  CHECK(again.left_by == start + 3h);
  const Recovery known = after(claimed(), answered(outcome::Pending{}, "theirs"), start + 1s);
  REQUIRE(known.provider_order.has_value());
  CHECK_FALSE(known.left_by.has_value());
  const Recovery unsent = after(claimed(), answered(outcome::NotSent{"no route", {}}), start + 1s);
  CHECK_FALSE(unsent.left_by.has_value());
  // The same bytes once more, before which it was emptied: they did not leave, the first ones had.
  Recovery repeated = again;
  repeated.left_by = std::nullopt;
  const auto not_sent = answered(outcome::NotSent{"no route", {}});
  CHECK(after(repeated, not_sent, start + 5h).left_by == start + 5h);
  // The copy that was adopted tells nothing of what left elsewhere.
  CHECK_FALSE(after(again, Adopted{}, start + 4h).left_by.has_value());
}
