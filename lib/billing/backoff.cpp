#include "billing/backoff.hpp"

#include <algorithm>

namespace recycled::billing {

Millis doubled(Millis first, int times, Millis longest) {
  for (int done = 0; done < times && first < longest; ++done) first *= 2;
  return std::min(first, longest);
}

Millis full_jitter(Millis longest, double jitter) {
  return Millis(static_cast<std::int64_t>(jitter * static_cast<double>(longest.count())));
}

}  // namespace recycled::billing
