#include "billing/backoff.hpp"

#include <doctest/doctest.h>

using namespace recycled;           // NOLINT(google-build-using-namespace)
using namespace recycled::billing;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

TEST_CASE("L21: a wait doubles up to its longest and no further") {
  const Millis waits[] = {2s, 4s, 8s, 16s, 30s, 30s};
  for (int times = 0; times < 6; ++times) CHECK(doubled(2s, times, 30s) == waits[times]);
  CHECK(doubled(2s, 1'000'000, 10min) == 10min);
  CHECK(doubled(1h, 0, 10min) == 10min);
}

TEST_CASE("L21: full jitter is anything from nothing up to the whole") {
  CHECK(full_jitter(10s, 0.0) == 0s);
  CHECK(full_jitter(10s, 0.5) == 5s);
  CHECK(full_jitter(10s, 0.9999) < 10s);
}
