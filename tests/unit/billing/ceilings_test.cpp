#include "billing/ceilings.hpp"

#include <doctest/doctest.h>

namespace recycled::billing {
namespace {

const Currency usd = *Currency::parse("USD");
const Currency eur = *Currency::parse("EUR");

TEST_CASE("a ceiling on count lets as many through, and names its key for one more") {
  Ceiling ceiling;
  ceiling.count = 2;
  HandedOver so_far;
  CHECK_FALSE(too_much(ceiling, so_far, {100, usd}, "day").has_value());
  so_far.add({100, usd});
  CHECK_FALSE(too_much(ceiling, so_far, {100, eur}, "day").has_value());
  so_far.add({100, eur});
  CHECK(too_much(ceiling, so_far, {1, usd}, "day") == "hand_overs_per_day = 2");
  CHECK(too_much(ceiling, so_far, {1, usd}, "run") == "hand_overs_per_run = 2");
}

TEST_CASE("a ceiling on amount is of its currency, to the cent") {
  Ceiling ceiling;
  ceiling.minor[usd] = 10'000;
  HandedOver so_far;
  so_far.add({9'000, usd});
  CHECK_FALSE(too_much(ceiling, so_far, {1'000, usd}, "day").has_value());
  CHECK(too_much(ceiling, so_far, {1'001, usd}, "day") == "amount_per_day = { USD = \"100.00\" }");
  CHECK_FALSE(too_much(ceiling, so_far, {1'000'000, eur}, "day").has_value());
}

TEST_CASE("where nothing is set there is no ceiling") {
  CHECK_FALSE(any(Ceiling{}));
  HandedOver so_far;
  for (int i = 0; i < 100; ++i) so_far.add({max_minor, usd});
  CHECK_FALSE(too_much(Ceiling{}, so_far, {max_minor, usd}, "day").has_value());
  Ceiling of_amounts;
  of_amounts.minor[usd] = 1;
  CHECK(any(of_amounts));
}

}  // namespace
}  // namespace recycled::billing
