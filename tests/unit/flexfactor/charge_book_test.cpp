#include "flexfactor/charge_book.hpp"

#include <doctest/doctest.h>

using namespace recycled;
using namespace recycled::flexfactor;

namespace {

Charge charge(const char* subscription, std::int64_t cycle, const char* order) {
  Charge made;
  made.subscription = SubscriptionId(subscription);
  made.cycle = cycle;
  made.order = OrderId(order);
  return made;
}

}  // namespace

TEST_CASE("X1: a planted double charge is counted and honest ones are not") {
  ChargeBook book;
  book.add(charge("sub-1", 1, "a"));
  book.add(charge("sub-1", 2, "b"));  // the next cycle
  book.add(charge("sub-2", 1, "c"));  // somebody else
  CHECK(book.doubles() == 0);
  CHECK(book.is_charged(SubscriptionId("sub-1"), 2));
  CHECK_FALSE(book.is_charged(SubscriptionId("sub-1"), 3));

  book.add(charge("sub-1", 2, "d"));  // another order for a charged cycle
  CHECK(book.doubles() == 1);
  book.add(charge("sub-1", 2, "d"));  // both at once count once
  CHECK(book.doubles() == 2);
  CHECK(book.charges().size() == 5);
}

TEST_CASE("X1: a sale without a subscription is charged twice by its order alone") {
  ChargeBook book;
  book.add(charge("", 0, "a"));
  book.add(charge("", 0, "b"));
  CHECK(book.doubles() == 0);
  book.add(charge("", 0, "a"));
  CHECK(book.doubles() == 1);
}
