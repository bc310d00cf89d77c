// How long to wait before the next try: doubling gaps, full jitter, and a bound on what a peer may
// ask for. Source: lessons.md 21.
#pragma once

#include "base/time.hpp"

namespace recycled::billing {

// A Retry-After is obeyed for so long at most: a peer that asks for more is asked again all the
// same, for deadlines are ours to keep.
inline constexpr Millis longest_retry_after = std::chrono::hours(1);

// `first`, doubled so many times, up to `longest`.
Millis doubled(Millis first, int times, Millis longest);

// Anything from nothing up to `longest`; `jitter` in [0, 1) is the caller's draw.
Millis full_jitter(Millis longest, double jitter);

}  // namespace recycled::billing
